# What is wrong is told before anything is created.
mock_provider "google" {}

variables {
  project_id = "demo-project"
  region     = "europe-west1"
  dist       = "tests/built"
  api_keys   = "" # whatever TF_VAR_api_keys says
}

run "project_number" {
  command = plan

  variables {
    project_id = "123456789012"
  }

  expect_failures = [var.project_id]
}

run "project_name" {
  command = plan

  variables {
    project_id = "My News"
  }

  expect_failures = [var.project_id]
}

run "region_that_is_none" {
  command = plan

  variables {
    region = "mars-north1"
  }

  expect_failures = [var.region]
}

run "zone_for_a_region" {
  command = plan

  variables {
    region = "europe-west1-b"
  }

  expect_failures = [var.region]
}

run "missing_dist" {
  command = plan

  variables {
    dist = "tests/nothing"
  }

  expect_failures = [var.dist]
}

run "version_without_keys" {
  command = plan

  variables {
    api_keys_version = 1
  }

  expect_failures = [var.api_keys_version]
}

run "keys_that_are_only_commas" {
  command = plan

  variables {
    api_keys_version = 1
    api_keys         = " , "
  }

  expect_failures = [var.api_keys_version]
}

run "machine_of_no_size" {
  command = plan

  variables {
    machine_type = "c3d-standard-17"
  }

  expect_failures = [var.machine_type]
}

run "machine_with_other_instructions" {
  command = plan

  variables {
    machine_type = "c4a-standard-16"
  }

  expect_failures = [var.machine_type]
}

run "fewer_than_one_vm" {
  command = plan

  variables {
    min_vms = 0
  }

  expect_failures = [var.min_vms]
}

run "most_below_least" {
  command = plan

  variables {
    min_vms = 3
    max_vms = 2
  }

  expect_failures = [var.max_vms]
}

run "model_without_scheme" {
  command = plan

  variables {
    model = "en_core_web_sm"
  }

  expect_failures = [var.model]
}

run "model_at_a_web_address_without_a_way_there" {
  command = plan

  variables {
    model = "https://example.com/en_core_web_sm-3.8.0-py3-none-any.whl"
  }

  expect_failures = [var.model]
}

run "everybody_as_an_invoker" {
  command = plan

  variables {
    publish_invokers = ["allUsers"]
  }

  expect_failures = [var.publish_invokers]
}

run "public_without_keys" {
  command = plan

  variables {
    publish_is_public = true
  }

  expect_failures = [var.publish_is_public]
}

run "zones_of_another_region" {
  command = plan

  variables {
    zones = ["europe-west2-b"]
  }

  expect_failures = [var.zones]
}

run "no_zones" {
  command = plan

  variables {
    zones = []
  }

  expect_failures = [var.zones]
}

run "endpoint_far_away" {
  command = plan

  variables {
    pubsub_endpoint = "http://10.0.0.1:8085/v1/"
  }

  expect_failures = [var.pubsub_endpoint]
}

run "setting_of_somebody_else" {
  command = plan

  variables {
    settings = { LD_PRELOAD = "/tmp/x.so" }
  }

  expect_failures = [var.settings]
}

run "setting_of_two_lines" {
  command = plan

  variables {
    settings = { NAMEWIRE_MODEL = "a\nGOOGLE_CLOUD_PROJECT=b" }
  }

  expect_failures = [var.settings]
}

run "budget_without_account" {
  command = plan

  variables {
    budget_amount = 500
  }

  expect_failures = [var.billing_account]
}

run "firestore_nowhere" {
  command = plan

  variables {
    firestore_location = "europe"
  }

  expect_failures = [var.firestore_location]
}
