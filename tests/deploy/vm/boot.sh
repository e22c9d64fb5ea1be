#!/usr/bin/env bash
# Boots the systemd of the Debian in the folder ROOT as the first process of its own namespaces, below the control
# group GROUP. It shares the network; it may not set the clock, load modules, or write this kernel's settings.
set -euo pipefail
root=$1
echo $$ >"$2/cgroup.procs"

inside() {
  set -euo pipefail
  mount --bind "$1" "$1"
  mount -t proc proc "$1/proc"
  mount --bind "$1/proc/sys" "$1/proc/sys"
  mount -o remount,bind,ro "$1/proc/sys"
  mount -t sysfs -o ro sysfs "$1/sys"
  mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$1/dev"
  for device in null zero full random urandom tty; do
    touch "$1/dev/$device"
    mount --bind "/dev/$device" "$1/dev/$device"
  done
  mkdir "$1/dev/pts" "$1/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
  mount -t tmpfs tmpfs "$1/dev/shm"
  ln -s pts/ptmx "$1/dev/ptmx"
  ln -s /proc/self/fd "$1/dev/fd"
  mount -t tmpfs -o mode=755 tmpfs "$1/run"
  mount -t tmpfs tmpfs "$1/tmp"
  cd "$1"
  exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    setpriv --bounding-set=-sys_time,-sys_module,-sys_boot \
    chroot "$1" /lib/systemd/systemd --unit=multi-user.target --show-status=0
}

export -f inside
# shellcheck disable=SC2016 # the inner shell is to read it
exec unshare --mount --pid --fork --kill-child --uts --ipc --cgroup --propagation private bash -c 'inside "$1"' inside "$root"
