"""Words that tell what a name is made of, in the languages that English news takes names from."""

from typing import Final

# Nobody is called so.
OFFICES: Final = frozenset(
    "mr mrs ms miss mx prof professor president chancellor premier prime minister senator sen "
    "representative rep congressman congresswoman governor gov secretary mayor justice reverend rev "
    "ambassador former".split()
)
# Some are called so: "Lady Gaga", "Dr. Dre".
TITLES: Final = OFFICES | frozenset(
    "dr sir dame lord lady madame monsieur vice general gen colonel col captain capt lieutenant lt "
    "sergeant sgt major maj admiral adm sheikh shaikh ayatollah imam hon saint st archbishop bishop cardinal "
    "rabbi judge coach detective officer agent deputy attorney commissioner constable inspector corporal cpl "
    "commander cmdr brigadier marshal chief maulana mullah haji hajj hajji hadj shri smt sri pandit swami "
    "baron baroness duke duchess earl viscount count countess".split()
)
GENERATIONS: Final = frozenset("jr sr ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi".split())
# Before a family name, which is used with them and without.
PARTICLES: Final = frozenset(
    "al el ad as an ar ash at van von der den de da das dos do di du del della la le lo af av zu zur ter "
    "ten y e".split()
)
# "al Assad" is a family name, "Al Gore" is not.
GIVEN_TOO: Final = frozenset("al an do e el la lo van".split())
# Son, daughter or father of: what follows is somebody else when it stands alone.
KIN: Final = frozenset("bin ibn bint binti abu umm ould".split())
# Legal forms.
LEGAL: Final = frozenset(
    "inc incorporated corp corporation co company ltd limited plc llc llp lp ag gmbh kg se sa sas sarl "
    "spa srl nv bv ab asa oy oyj kk pty pte bhd tbk jsc pjsc ojsc private".split()
)
# Before or behind a club's name, which is used with them and without.
CLUBS: Final = frozenset("fc afc cf fk nk sk bk ac as sc rb sv cd cfc sfc ssc ssd rcd vfb vfl tsv".split())
# Left out of most acronyms.
SMALL: Final = frozenset(
    "of the and for to in on at a de la le les des du del e y et der die das fur und von van against".split()
)
# What it is, not its name: "the Bank" is the one that was spoken of before.
KINDS: Final = frozenset(
    "university college school institute academy ministry department office agency bureau commission "
    "committee council court party union association federation society foundation bank company group "
    "corporation holding holdings club team army navy force forces police government parliament senate "
    "house assembly congress church hospital museum center centre board authority service services "
    "network international hotel trust fund league alliance observatory front associates "
    "embassy tribunal administration".split()
)
# What a state has one of, or what is named for its country.
PUBLIC: Final = frozenset(
    "court parliament senate house assembly congress army navy force forces police ministry department "
    "embassy party commission council committee government agency".split()
)
# "The Times" is the New York Times, once that was named.
NEWSPAPERS: Final = frozenset(
    "times post journal herald tribune gazette telegraph guardian chronicle globe".split()
)
# Of a country: the Ugandan High Court is the High Court there.
NATIONAL: Final = frozenset(
    "afghan albanian algerian american andorran angolan argentine argentinian armenian australian "
    "austrian azerbaijani bahamian bahraini bangladeshi barbadian basque belarusian belgian belizean "
    "beninese bhutanese bolivian bosnian botswanan brazilian british bruneian bulgarian burkinabe burmese "
    "burundian cambodian cameroonian canadian catalan chadian chilean chinese colombian comorian "
    "congolese croatian cuban cypriot czech danish djiboutian dominican dutch ecuadorian egyptian emirati "
    "english eritrean estonian ethiopian european fijian filipino finnish french gabonese gambian "
    "georgian german ghanaian greek grenadian guatemalan guinean guyanese haitian honduran hungarian "
    "icelandic indian indonesian iranian iraqi irish israeli italian ivorian jamaican japanese jordanian "
    "kazakh kenyan korean kosovan kurdish kuwaiti kyrgyz lao laotian latvian lebanese liberian libyan "
    "lithuanian macedonian malagasy malawian malaysian maldivian malian maltese mauritanian mauritian "
    "mexican moldovan mongolian montenegrin moroccan mozambican namibian nepalese nepali nicaraguan "
    "nigerian nigerien norwegian omani pakistani palestinian panamanian paraguayan peruvian philippine "
    "polish portuguese qatari romanian russian rwandan salvadoran samoan saudi scottish senegalese "
    "serbian singaporean slovak slovenian somali spanish sudanese surinamese swazi swedish swiss syrian "
    "taiwanese tajik tanzanian thai tibetan togolese tongan tunisian turkish turkmen ugandan ukrainian "
    "uruguayan uzbek venezuelan vietnamese welsh yemeni zambian zimbabwean".split()
)
# Adjectives that do not begin as the country's name does, or as one of several; and what is nobody's alone.
IRREGULAR: Final = {
    "american": "us",
    "bosnian": "bosnia",
    "british": "uk",
    "burmese": "myanmar",
    "czech": "czechia",
    "danish": "denmark",
    "dutch": "netherlands",
    "emirati": "united arab emirates",
    "filipino": "philippines",
    "finnish": "finland",
    "french": "france",
    "irish": "ireland",
    "ivorian": "ivory coast",
    "laotian": "laos",
    "macedonian": "macedonia",
    "malagasy": "madagascar",
    "nigerien": "niger",
    "polish": "poland",
    "salvadoran": "el salvador",
    "saudi": "saudi arabia",
    "spanish": "spain",
    "swazi": "eswatini",
    "swiss": "switzerland",
    "turkish": "turkey",
    **{own: own for own in ("congolese", "dominican", "korean", "european", "sudanese")},
}
# What groups call their parts: the whole is another organisation, and often meant.
DIVISIONS: Final = frozenset(
    "electronics pictures mobile music entertainment interactive television studios games news sports "
    "research labs ventures capital cloud animation credit video services europe america americas asia "
    "africa".split()
)
# Adjectives that are no name by themselves, as a country's are none.
ADJECTIVES: Final = NATIONAL | frozenset(
    "african asian balkan baltic caribbean mediterranean nordic scandinavian slavic arctic atlantic pacific "
    "anglican catholic christian islamic lutheran presbyterian democratic republican social academic civic "
    "economic electric metropolitan olympic public scientific strategic urban".split()
)
# Family names that are as well known for a place or a company: two labels are nothing strange there.
NAMESAKES: Final = frozenset(
    "austin berlin cleveland cordoba dallas denver florence houston jackson leon lincoln london madison "
    "milan nashville orleans paris santiago sydney toledo victoria washington wellington york "
    "adani armani benz bloomberg boeing chanel dangote dell dior disney ferrari ford gucci hilton honda "
    "kellogg lazard marriott mars mercedes mittal morgan nobel porsche prada rothschild siemens tata tesla "
    "toyota trump versace".split()
)
# Companies whose names end like a possessive.
POSSESSIVE: Final = frozenset(
    "arby christie denny domino kellogg kohl levi lloyd macy mcdonald moody sainsbury sotheby wendy".split()
)
# Companies known by one word, which with another is a part of them.
PARENTS: Final = frozenset(
    "airbus alibaba amazon apple axa basf bayer bbc boeing bosch citigroup cnn disney emirates eni facebook "
    "foxconn fujitsu gazprom google hitachi honda hsbc hyundai ikea intel lufthansa lukoil maersk microsoft "
    "mitsubishi nestle nissan nokia panasonic petrobras philips porsche reliance renault rosneft samsung "
    "siemens sky softbank sony tata tencent tesla thyssenkrupp total toshiba toyota uber verizon virgin "
    "vodafone volkswagen volvo walmart yahoo yamaha".split()
)
# Where one article often has two: its own and its source's.
SPELLINGS: Final = {
    "organisation": "organization",
    "organisations": "organizations",
    "defence": "defense",
    "centre": "center",
    "programme": "program",
    "taleban": "taliban",
    "qaida": "qaeda",
    "qaidah": "qaeda",
    **dict.fromkeys(("hizballah", "hizbollah", "hizbullah"), "hezbollah"),
}
# Before a name that is repeated in another one: "Peasants' Union (Latvian: Zemnieku savienība)".
LANGUAGES: Final = (
    "Afrikaans Albanian Amharic Arabic Armenian Azerbaijani Basque Belarusian Bengali Bosnian Breton "
    "Bulgarian Burmese Cantonese Catalan Chinese Cornish Croatian Czech Danish Dutch English Estonian "
    "Faroese Filipino Finnish French Galician Georgian German Greek Gujarati Hausa Hawaiian Hebrew Hindi "
    "Hungarian Icelandic Igbo Indonesian Irish Italian Japanese Kannada Kazakh Khmer Korean Kurdish "
    "Kyrgyz Lao Latin Latvian Lithuanian Luxembourgish Macedonian Malagasy Malay Malayalam Maltese "
    "Mandarin Māori Maori Marathi Mongolian Nepali Norwegian Occitan Pashto Persian Polish Portuguese "
    "Punjabi Quechua Romanian Romansh Russian Sami Sanskrit Scots Serbian Sinhala Slovak Slovene "
    "Slovenian Somali Sorbian Spanish Swahili Swedish Tagalog Tajik Tamil Tatar Telugu Thai Tibetan "
    "Tigrinya Turkish Turkmen Ukrainian Urdu Uyghur Uzbek Vietnamese Welsh Xhosa Yiddish Yoruba Zulu".split()
)
