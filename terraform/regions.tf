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

  # Cores of the machines by family. Only x86-64: the release holds wheels for it.
  cores = {
    c2  = [4, 8, 16, 30, 60]
    c2d = [2, 4, 8, 16, 32, 56, 112]
    c3  = [4, 8, 22, 44, 88, 176, 192]
    c3d = [4, 8, 16, 30, 60, 90, 180, 360]
    c4  = [2, 4, 8, 16, 24, 32, 48, 96, 144, 192, 288]
    c4d = [2, 4, 8, 16, 32, 48, 64, 96, 192, 384]
    e2  = [2, 4, 8, 16, 32]
    n2  = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128]
    n2d = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224]
    n4  = [2, 4, 8, 16, 32, 48, 64, 80]
    t2d = [1, 2, 4, 8, 16, 32, 48, 60]
  }

  machine_types = toset(flatten([
    for family, sizes in local.cores : [
      for size in sizes : [
        for kind in(contains(["c2", "t2d"], family) ? ["standard"] : ["standard", "highcpu", "highmem"]) :
        "${family}-${kind}-${size}"
      ]
    ]
  ]))
}
