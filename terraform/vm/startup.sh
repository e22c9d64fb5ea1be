#!/usr/bin/env bash
# Makes a bare Debian 12 machine run the release that its metadata names. Google's guest agent runs this as
# root at every boot. Every step looks first and leaves alone what is as it should be; whatever fails before
# the switch leaves the running release as it was.
#
# Functions that others call with `if`, `||` or `&&` join their commands by `&&`: bash ignores `set -e` there.
set -euo pipefail
umask 022

# Other places than Google's are for tests.
METADATA=${NAMEWIRE_METADATA:-http://metadata.google.internal/computeMetadata/v1}
STORAGE=${NAMEWIRE_STORAGE:-https://storage.googleapis.com}
AGENT_APT=${NAMEWIRE_AGENT_APT:-https://packages.cloud.google.com/apt}
# With pauses of 1, 2, 4, … s that is 8.5 minutes: what a new project's grants and routes take, and some more.
RETRIES=${NAMEWIRE_RETRIES:-9}

HOME_DIR=/opt/namewire
WORK=$HOME_DIR/.work # on the disk: /tmp may be memory
ENVIRONMENT=/etc/namewire/environment
UNITS=(namewire-work.service namewire-write.service namewire-health.service namewire-metrics.service)
AGENT_CONFIG=/etc/google-cloud-ops-agent/config.yaml
STAYS="The release that runs, if any, stays."

say() { echo "namewire: $*"; }
fail() { say "$*" >&2; exit 1; }

# fetch URL TARGET HEADER [OPTION...]. The header goes by standard input: a command line is for all to see.
fetch() {
  printf 'header = "%s"\n' "$3" | curl --config - --fail --silent --show-error --output "$2" \
    --connect-timeout 10 --max-time 300 --retry "$RETRIES" --retry-all-errors "${@:4}" "$1"
}

# metadata PATH: what the machine was told, and its token. Plain HTTP, but it never leaves the host.
metadata() {
  fetch "$METADATA/instance/$1" - "Metadata-Flavor: Google" --noproxy '*' \
    || fail "the metadata server does not answer ($1). Is this a Google Compute Engine machine?"
}

json_value() { python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1], ""))' "$1"; }
attribute() { json_value "$1" <<<"$ATTRIBUTES"; }

# download ADDRESS TARGET, from gs://BUCKET/OBJECT as this machine's account, or from https:// as anybody.
download() {
  local path=${1#gs://} object token
  case $1 in
    gs://*/?*)
      object=$(python3 -c 'import sys, urllib.parse as u; print(u.quote(sys.argv[1], safe=""))' "${path#*/}")
      token=$(metadata service-accounts/default/token | json_value access_token)
      fetch "$STORAGE/storage/v1/b/${path%%/*}/o/$object?alt=media" "$2" "Authorization: Bearer $token" \
        || fail "cannot fetch $1. Does it exist, and may this machine's account read it? $STAYS" ;;
    https://*)
      fetch "$1" "$2" "Accept: */*" --location --proto =https \
        || fail "cannot fetch $1. Does it exist, and can this machine reach it? $STAYS" ;;
    *) fail "'$1' is neither gs://BUCKET/OBJECT nor https://…; correct the instance's metadata. $STAYS" ;;
  esac
}

# verify FILE SHA256 ADDRESS ATTRIBUTE
verify() {
  local found
  found=$(sha256sum "$1" | cut -d ' ' -f 1)
  [[ $found == "$2" ]] || fail "$3 has the sha256 $found, not the promised ${2:-(none)}: it was damaged or" \
    "replaced. Nothing of it was used. Upload it again, or correct $4. $STAYS"
}

# put TARGET MODE GROUP: writes standard input there, if it differs, in one step.
put() {
  local content=$WORK/put
  cat >"$content"
  cmp --silent "$content" "$1" && return
  say "writing $1"
  install -D --mode "$2" --group "$3" "$content" "$1.new"
  mv --force "$1.new" "$1"
}

make_user() {
  id namewire >/dev/null 2>&1 && return
  say "adding the user namewire"
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin namewire
}

# pip_install DIR ARGUMENT...: from the files of the release; nothing comes from an index.
pip_install() {
  local wheels=("$WORK"/release/wheels/pip-*.whl)
  "$1/bin/python" "${wheels[0]}/pip" --isolated --quiet --no-input --no-cache-dir --disable-pip-version-check \
    install --root-user-action ignore --no-index "${@:2}"
}

# install_release DIR: a complete environment under its final path, because none can be moved.
install_release() {
  local files=$WORK/release
  say "installing $RELEASE"
  download "$RELEASE" "$WORK/release.tar"
  verify "$WORK/release.tar" "$RELEASE_SHA256" "$RELEASE" namewire-release-sha256
  mkdir "$files"
  tar --extract --no-same-owner --no-same-permissions --file "$WORK/release.tar" --directory "$files"
  [[ -z $MODEL ]] || fetch_model
  rm -rf "$1" # what an interrupted run left
  python3 -m venv --without-pip "$1"
  pip_install "$1" --find-links "$files/wheels" --require-hashes --requirement "$files/requirements.txt"
  pip_install "$1" --no-deps "$files"/wheels/namewire-*.whl
  [[ -z $MODEL ]] || pip_install "$1" --no-deps "$WORK/$MODEL_WHEEL"
  cp -r "$files/systemd" "$1/systemd"
  sync --file-system "$1" # a power cut must not leave the mark without what it stands for
  touch "$1/complete"
}

fetch_model() {
  local hash=${MODEL##*#sha256=}
  say "fetching the model $MODEL_WHEEL"
  download "${MODEL%%#*}" "$WORK/$MODEL_WHEEL"
  if [[ $MODEL == *#sha256=* ]]; then
    verify "$WORK/$MODEL_WHEEL" "$hash" "${MODEL%%#*}" namewire-model
  else
    say "warning: namewire-model has no #sha256=…, so whatever $MODEL_WHEEL is today was trusted" >&2
  fi
}

write_environment() {
  local lines
  lines=$(attribute namewire-environment)
  ! grep -qvE '^([A-Z_][A-Z0-9_]*=.*|#.*|)$' <<<"$lines" \
    || fail "namewire-environment has a line that is not NAME=value; correct the instance's metadata. $STAYS"
  if [[ -n $MODEL ]]; then
    lines=$(sed '/^NAMEWIRE_MODEL=/d' <<<"$lines")$'\n'NAMEWIRE_MODEL=${MODEL_WHEEL%%-*}
  fi
  put "$ENVIRONMENT" 0640 namewire <<<"$lines"
}

# switch ID: from here on every start is one of this release.
switch() {
  local unit
  if [[ $(readlink "$HOME_DIR/current" || true) != "$1" ]]; then
    say "switching to release $1"
    ln --symbolic --force --no-target-directory "$1" "$HOME_DIR/current.new"
    mv --force --no-target-directory "$HOME_DIR/current.new" "$HOME_DIR/current"
  fi
  for unit in "${UNITS[@]}"; do
    put "/etc/systemd/system/$unit" 0644 root <"$HOME_DIR/$1/systemd/$unit"
  done
}

# Restarts what does not run as described now. What was started is written down, for a run after an interrupted one.
start_units() {
  local started=$HOME_DIR/started now verb=start
  systemctl --quiet enable "${UNITS[@]}"
  if [[ ! -d /run/systemd/system ]]; then
    say "systemd does not run here; the units start at the next boot"
    return
  fi
  now=$(readlink "$HOME_DIR/current"; cd /etc/systemd/system; sha256sum "$ENVIRONMENT" "${UNITS[@]}")
  [[ $now == "$(cat "$started" 2>/dev/null)" ]] || verb=restart
  systemctl daemon-reload
  systemctl "$verb" "${UNITS[@]}" || fail "the units do not ${verb}; see journalctl --unit 'namewire-*'"
  put "$started" 0644 root <<<"$now"
}

# Debian's mirrors cannot be reached from here, so that only Google's list is read.
install_agent() {
  local key=/usr/share/keyrings/google-cloud-ops-agent list=/etc/apt/sources.list.d/google-cloud-ops-agent.list
  say "installing the Ops Agent"
  fetch "$AGENT_APT/doc/apt-key.gpg" "$WORK/key" "Accept: */*" || return
  # apt tells the two kinds of key apart by the name.
  if grep -q -e '-----BEGIN' "$WORK/key"; then key+=.asc; else key+=.gpg; fi
  put "$key" 0644 root <"$WORK/key" \
    && put "$list" 0644 root <<<"deb [signed-by=$key] $AGENT_APT google-cloud-ops-agent-bookworm-2 main" \
    && apt-get -qq update --error-on=any -o Dir::Etc::SourceList="$list" -o Dir::Etc::SourceParts=- \
      -o APT::Get::List-Cleanup=0 -o Acquire::Retries=3 \
    && DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install google-cloud-ops-agent
}

# patiently COMMAND: again after a minute and after five; apt may be busy with its daily round.
patiently() {
  local pause
  for pause in 60 300; do
    "$@" && return
    ((RETRIES)) || return 1
    sleep "$pause"
  done
  "$@"
}

# The whole journal; the agent's own default, syslog, would say the same again. Ours are JSON, which other lines are not
# and stay as they are. And what all processes have counted, from namewire-metrics.service.
configure_agent() {
  put "$AGENT_CONFIG" 0644 root <<'YAML'
logging:
  receivers:
    journal: {type: systemd_journald}
  processors:
    entries: {type: parse_json, field: MESSAGE, time_key: time, time_format: "%Y-%m-%dT%H:%M:%S.%L%z"}
  service:
    pipelines:
      default_pipeline: {receivers: []}
      journal: {receivers: [journal], processors: [entries]}
metrics:
  receivers:
    namewire:
      type: prometheus
      config:
        scrape_configs:
          - {job_name: namewire, scrape_interval: 60s, static_configs: [{targets: ["localhost:9464"]}]}
  service:
    pipelines:
      namewire: {receivers: [namewire]}
YAML
}

# Comes last and fails alone: the work does not depend on where its log can be read.
set_up_agent() {
  local before after
  [[ $(attribute namewire-logging) == cloud ]] || return 0
  before=$(cksum "$AGENT_CONFIG" 2>&1 || true)
  if { dpkg --status google-cloud-ops-agent >/dev/null 2>&1 || patiently install_agent; } && configure_agent; then
    after=$(cksum "$AGENT_CONFIG")
    [[ $before != "$after" && -d /run/systemd/system ]] || return 0
    systemctl restart google-cloud-ops-agent && return
  fi
  say "warning: the Ops Agent is not set up, so the log stays in this machine's journal (journalctl --unit" \
    "'namewire-*'). The work goes on; the next boot tries again." >&2
}

main() {
  local id
  mkdir -p "$HOME_DIR"
  # Also held by what a killed run left running, such as a pip that is still writing.
  exec 9>>"$HOME_DIR/.lock"
  flock --nonblock 9 || { say "waiting for another run to end"; flock 9; }
  rm -rf "$WORK"
  mkdir -m 0700 "$WORK"
  trap 'rm -rf "$WORK"' EXIT

  ATTRIBUTES=$(metadata 'attributes/?recursive=true')
  RELEASE=$(attribute namewire-release)
  RELEASE_SHA256=$(attribute namewire-release-sha256)
  MODEL=$(attribute namewire-model)
  MODEL_WHEEL=$(basename "${MODEL%%[#?]*}")
  [[ -z $MODEL || $MODEL_WHEEL =~ ^[A-Za-z0-9_.]+-[^/]+\.whl$ ]] \
    || fail "namewire-model is '$MODEL', which does not end like a wheel, NAME-VERSION-….whl. $STAYS"
  id=$(sha256sum <<<"$RELEASE_SHA256 $MODEL" | cut -c 1-12)

  make_user
  [[ -e $HOME_DIR/$id/complete ]] || install_release "$HOME_DIR/$id"
  write_environment
  switch "$id"
  start_units
  find "$HOME_DIR" -mindepth 1 -maxdepth 1 -type d ! -name "$id" ! -name '.*' -exec rm -rf {} +
  say "release $id is in place"
  set_up_agent
}

main
