variable "project_id" {
  description = "The Google Cloud project that everything is made in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id is the id of a project, not its name or number: 6 to 30 lower-case letters, digits and hyphens, a letter first and no hyphen last. `gcloud projects list` shows yours. Nothing was created."
  }
}

variable "region" {
  description = "Where everything runs, such as europe-west1. Choose one that has the machine type."
  type        = string

  validation {
    condition     = contains(local.regions, var.region)
    error_message = "region must be a region of Google Cloud, such as europe-west1 (europe-west1-b would be a zone). `gcloud compute regions list` shows them; a new one has to be added to terraform/regions.tf. Nothing was created."
  }
}

# --- All that follows has a default. ---

variable "alert_age_seconds" {
  description = "How old the oldest waiting article may be before somebody is told. A large archive makes it older for a while."
  type        = number
  default     = 900

  validation {
    condition     = var.alert_age_seconds >= 60
    error_message = "alert_age_seconds must be 60 or more: Google's figures are some minutes old."
  }
}

variable "alert_emails" {
  description = "Who is told of alerts, by e-mail; without any, they are only to be seen in the console."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "alert_emails takes addresses such as on-call@example.com."
  }
}

variable "api_keys" {
  description = "Keys that callers of the publish function must send, separated by commas; with api_keys_version. Give them as TF_VAR_api_keys, never in a file."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true
}

variable "api_keys_version" {
  description = "0 asks for no API keys. Otherwise any number; raise it to replace the keys."
  type        = number
  default     = 0

  validation {
    condition     = var.api_keys_version >= 0 && floor(var.api_keys_version) == var.api_keys_version
    error_message = "api_keys_version must be a whole number, 0 (no API keys) or more."
  }

  validation {
    condition     = var.api_keys_version == 0 || length(trim(coalesce(var.api_keys, ","), ", ")) > 0
    error_message = "api_keys_version asks for API keys, but api_keys holds none. Set the environment variable TF_VAR_api_keys to the keys, separated by commas. Nothing was created."
  }
}

variable "articles_per_vm" {
  description = "How many waiting articles call for one more VM."
  type        = number
  default     = 50000

  validation {
    condition     = var.articles_per_vm >= 1
    error_message = "articles_per_vm must be 1 or more."
  }
}

variable "bigquery" {
  description = "Whether every entity message is also written to a BigQuery table."
  type        = bool
  default     = false
}

variable "billing_account" {
  description = "The billing account, for a budget that warns; null makes none."
  type        = string
  default     = null

  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account looks like 012345-6789AB-CDEF01. `gcloud billing accounts list` shows yours."
  }

  validation {
    condition     = (var.billing_account == null) == (var.budget_amount == null)
    error_message = "billing_account and budget_amount belong together: set both, or neither."
  }
}

variable "budget_amount" {
  description = "The monthly budget in whole units of the billing account's currency; null makes none."
  type        = number
  default     = null

  validation {
    condition     = var.budget_amount == null ? true : var.budget_amount >= 1 && floor(var.budget_amount) == var.budget_amount
    error_message = "budget_amount must be a whole number, 1 or more."
  }
}

variable "dist" {
  description = "The folder that `make dist` fills, as seen from this one."
  type        = string
  default     = "../dist"

  validation {
    condition     = alltrue([for name in ["explore.zip", "publish.zip", "worker.tar"] : fileexists("${path.module}/${var.dist}/${name}")])
    error_message = "dist/ is missing or not whole. Run `make dist` in the folder of the project, then apply again. Nothing was created."
  }
}

variable "explore_is_public" {
  description = "Whether anybody may look at the explorer, and so at every article and count, without an account of Google's."
  type        = bool
  default     = false
}

variable "explore_max_instances" {
  description = "The most instances of the explorer: a bound of its cost."
  type        = number
  default     = 4

  validation {
    condition     = var.explore_max_instances >= 1 && var.explore_max_instances <= 1000
    error_message = "explore_max_instances must be from 1 to 1000."
  }
}

variable "explore_viewers" {
  description = "Who may look at the explorer: IAM members such as user:…, group:… or serviceAccount:…"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.explore_viewers : can(regex("^(user|group|serviceAccount|domain|principal|principalSet):", member))])
    error_message = "explore_viewers takes members such as user:ada@example.com, group:…, serviceAccount:… (everybody is explore_is_public = true, not allUsers)."
  }
}

variable "firestore_location" {
  description = "Where Firestore keeps the data, for ever: a region, or eur3 or nam5 for several; null is the region."
  type        = string
  default     = null

  validation {
    condition     = var.firestore_location == null ? true : contains(concat(local.regions, ["eur3", "nam5"]), var.firestore_location)
    error_message = "firestore_location must be a region such as europe-west1, or eur3 (Europe) or nam5 (United States). It cannot be changed later."
  }
}

variable "internet_egress" {
  description = "Whether the VMs may open connections to the internet (Cloud NAT, port 443). Only a model at a web address needs it."
  type        = bool
  default     = false
}

variable "keep_data" {
  description = "Whether `terraform destroy` leaves the Firestore database, and BigQuery's table, as they are."
  type        = bool
  default     = true
}

variable "machine_type" {
  description = "The VM's kind. One NER process runs on each of its cores."
  type        = string
  default     = "c3d-standard-16"

  validation {
    condition     = contains(local.machine_types, var.machine_type)
    error_message = "machine_type must be an x86-64 machine of Google Cloud, such as c3d-standard-16 (c3d has 4, 8, 16, 30, 60, 90, 180 and 360 cores). `gcloud compute machine-types list` shows them; a new one has to be added to terraform/regions.tf. Nothing was created."
  }
}

variable "max_vms" {
  description = "The most VMs that a backlog may call for."
  type        = number
  default     = 4

  validation {
    condition     = var.max_vms >= var.min_vms && var.max_vms <= 240 && floor(var.max_vms) == var.max_vms
    error_message = "max_vms must be a whole number from min_vms to 240: the subnetwork has 252 addresses, and a new release takes some more VMs for a while."
  }
}

variable "min_vms" {
  description = "How many VMs run when nothing waits."
  type        = number
  default     = 1

  validation {
    condition     = var.min_vms >= 1 && floor(var.min_vms) == var.min_vms
    error_message = "min_vms must be a whole number, 1 or more: with none, nobody would notice the first article."
  }
}

variable "model" {
  description = "The wheel of a spaCy pipeline instead of the embedded one: gs://bucket/path.whl, or https://… (with internet_egress); with #sha256=… at the end it is checked, and new content is a new release."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^((gs|https)://[^/\\s#]+/[^\\s#]+\\.whl(#sha256=[0-9a-f]{64})?)?$", var.model))
    error_message = "model must be gs://bucket/path.whl or https://host/path.whl, optionally with #sha256= and 64 hexadecimal digits; or empty for the embedded pipeline."
  }

  validation {
    condition     = var.internet_egress || !startswith(var.model, "https://")
    error_message = "The VMs cannot reach a model at a web address. Copy the wheel into a bucket and give its gs:// address, or set internet_egress = true."
  }
}

variable "publish_invokers" {
  description = "Who may call the publish function: IAM members such as user:…, group:… or serviceAccount:…"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.publish_invokers : can(regex("^(user|group|serviceAccount|domain|principal|principalSet):", member))])
    error_message = "publish_invokers takes members such as user:ada@example.com, group:…, serviceAccount:… (everybody is publish_is_public = true, not allUsers)."
  }
}

variable "publish_is_public" {
  description = "Whether anybody with an API key may call the publish function, without an account of Google's."
  type        = bool
  default     = false

  validation {
    condition     = !var.publish_is_public || var.api_keys_version > 0
    error_message = "publish_is_public without API keys would let anybody fill the topic at your cost. Set api_keys_version = 1 and TF_VAR_api_keys too. Nothing was created."
  }
}

variable "publish_max_instances" {
  description = "The most instances of the publish function: a bound of its cost."
  type        = number
  default     = 20

  validation {
    condition     = var.publish_max_instances >= 1 && var.publish_max_instances <= 1000
    error_message = "publish_max_instances must be from 1 to 1000."
  }
}

variable "pubsub_endpoint" {
  description = "For tests: the address of a Pub/Sub emulator, such as http://127.0.0.1:8085/v1/, that the Pub/Sub part is made on."
  type        = string
  default     = null

  validation {
    condition     = var.pubsub_endpoint == null || can(regex("^http://(127\\.0\\.0\\.1|localhost|\\[::1\\]):[0-9]+/v1/$", var.pubsub_endpoint))
    error_message = "pubsub_endpoint must be the address of an emulator on this machine, such as http://127.0.0.1:8085/v1/; null is the cloud."
  }
}

variable "runbook_url" {
  description = "Where docs/runbook.md can be read; alerts link to it."
  type        = string
  default     = "docs/runbook.md"

  validation {
    condition     = can(regex("^(https://[^\\s#]+|docs/runbook.md)$", var.runbook_url))
    error_message = "runbook_url must be an https:// address of docs/runbook.md, without an anchor."
  }
}

variable "settings" {
  description = "Settings of the worker, such as { NAMEWIRE_STORE_CONTENT = \"false\" }. `python -m worker --help` lists them."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name, value in var.settings : can(regex("^NAMEWIRE_[A-Z_]+$", name)) && name != "NAMEWIRE_RUN_DIR" && can(regex("^[^\\n\\r\"'\\\\]*$", value))])
    error_message = "settings takes names that begin with NAMEWIRE_ (but not NAMEWIRE_RUN_DIR, where the health check looks), and values of one line without quotes and backslashes."
  }
}

variable "spot" {
  description = "Whether the VMs are spot VMs: much cheaper, and Google may take one away at any time. Nothing is lost then."
  type        = bool
  default     = false
}

variable "ssh_through_iap" {
  description = "Whether those whom IAM lets may reach the VMs by SSH through Google's Identity-Aware Proxy."
  type        = bool
  default     = false
}

variable "trace_share" {
  description = "The share of articles whose way is traced in Cloud Trace, from 0 (none, and at no cost) to 1."
  type        = number
  default     = 0

  validation {
    condition     = var.trace_share >= 0 && var.trace_share <= 1
    error_message = "trace_share must be from 0 to 1, such as 0.01 for one article in a hundred."
  }
}

variable "zones" {
  description = "The zones of the region that VMs may run in; null leaves it to Google."
  type        = list(string)
  default     = null

  validation {
    condition     = alltrue([for zone in coalesce(var.zones, []) : can(regex("^${var.region}-[a-z]$", zone))]) && try(length(var.zones) > 0, true)
    error_message = "zones must lie in the region, such as [\"europe-west1-b\", \"europe-west1-d\"]; null leaves the choice to Google."
  }
}
