# What can be had where, so that a slip of the pen is told before anything is created. Google adds a few of
# these a year: add them here too.
locals {
  regions = [
    "africa-south1",
    "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3",
    "asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2", "asia-southeast3",
    "australia-southeast1", "australia-southeast2",
    "europe-central2", "europe-north1", "europe-north2", "europe-southwest1",
    "europe-west1", "europe-west2", "europe-west3", "europe-west4", "europe-west6", "europe-west8",
    "europe-west9", "europe-west10", "europe-west12",
    "me-central1", "me-central2", "me-west1",
    "northamerica-northeast1", "northamerica-northeast2", "northamerica-south1",
    "southamerica-east1", "southamerica-west1",
    "us-central1", "us-east1", "us-east4", "us-east5", "us-south1",
    "us-west1", "us-west2", "us-west3", "us-west4",
  ]

  # The cores of the machines, by family and kind. Only x86-64: the release holds wheels for it.
  cores = {
    c2-standard  = [4, 8, 16, 30, 60]
    c2d-standard = [2, 4, 8, 16, 32, 56, 112]
    c2d-highcpu  = [2, 4, 8, 16, 32, 56, 112]
    c2d-highmem  = [2, 4, 8, 16, 32, 56, 112]
    c3-standard  = [4, 8, 22, 44, 88, 176]
    c3-highcpu   = [4, 8, 22, 44, 88, 176]
    c3-highmem   = [4, 8, 22, 44, 88, 176]
    c3d-standard = [4, 8, 16, 30, 60, 90, 180, 360]
    c3d-highcpu  = [4, 8, 16, 30, 60, 90, 180, 360]
    c3d-highmem  = [4, 8, 16, 30, 60, 90, 180, 360]
    c4-standard  = [2, 4, 8, 16, 24, 32, 48, 96, 144, 192, 288]
    c4-highcpu   = [2, 4, 8, 16, 24, 32, 48, 96, 144, 192, 288]
    c4-highmem   = [2, 4, 8, 16, 24, 32, 48, 96, 144, 192, 288]
    c4d-standard = [2, 4, 8, 16, 32, 48, 64, 96, 192, 384]
    c4d-highcpu  = [2, 4, 8, 16, 32, 48, 64, 96, 192, 384]
    c4d-highmem  = [2, 4, 8, 16, 32, 48, 64, 96, 192, 384]
    e2-standard  = [2, 4, 8, 16, 32]
    e2-highcpu   = [2, 4, 8, 16, 32]
    e2-highmem   = [2, 4, 8, 16]
    n2-standard  = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128]
    n2-highcpu   = [2, 4, 8, 16, 32, 48, 64, 80, 96]
    n2-highmem   = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128]
    n2d-standard = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224]
    n2d-highcpu  = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224]
    n2d-highmem  = [2, 4, 8, 16, 32, 48, 64, 80, 96]
    n4-standard  = [2, 4, 8, 16, 32, 48, 64, 80]
    n4-highcpu   = [2, 4, 8, 16, 32, 48, 64, 80]
    n4-highmem   = [2, 4, 8, 16, 32, 48, 64, 80]
    t2d-standard = [1, 2, 4, 8, 16, 32, 48, 60]
  }

  machine_types = toset(flatten([for kind, sizes in local.cores : [for size in sizes : "${kind}-${size}"]]))
}
