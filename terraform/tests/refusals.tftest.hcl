# What is wrong is told before anything is created.
mock_provider "google" {}

mock_provider "time" {}

variables {
  project_id = "demo-project"
  region     = "europe-west1"
  dist       = "tests/built"
  api_keys   = "" # whatever TF_VAR_api_keys says
}

run "what_is_no_name" {
  command = plan

  variables {
    project_id         = "123456789012"
    region             = "mars-north1"
    dist               = "tests/nothing"
    machine_type       = "c3d-standard-17"
    firestore_location = "europe"
    pubsub_endpoint    = "http://10.0.0.1:8085/v1/"
  }

  expect_failures = [
    var.project_id,
    var.region,
    var.dist,
    var.machine_type,
    var.firestore_location,
    var.pubsub_endpoint,
  ]
}

run "what_is_a_name_of_something_else" {
  command = plan

  variables {
    project_id       = "My News"
    region           = "europe-west1-b"
    machine_type     = "c4a-standard-16"
    model            = "en_core_web_sm"
    explore_viewers  = ["allUsers"]
    publish_invokers = ["allUsers"]
  }

  expect_failures = [
    var.project_id,
    var.region,
    var.machine_type,
    var.model,
    var.explore_viewers,
    var.publish_invokers,
  ]
}

run "what_is_empty_or_too_few" {
  command = plan

  variables {
    api_keys_version      = 1
    min_vms               = 0
    zones                 = []
    explore_max_instances = 0
    publish_max_instances = 0
    articles_per_vm       = 0
    alert_age_seconds     = 5
    alert_emails          = ["somebody"]
    runbook_url           = "http://wiki.example.com"
    trace_share           = 2
  }

  expect_failures = [
    var.api_keys_version,
    var.min_vms,
    var.zones,
    var.explore_max_instances,
    var.publish_max_instances,
    var.articles_per_vm,
    var.alert_age_seconds,
    var.alert_emails,
    var.runbook_url,
    var.trace_share,
  ]
}

run "what_belongs_together" {
  command = plan

  variables {
    publish_is_public = true
    budget_amount     = 500
    min_vms           = 3
    max_vms           = 2
    model             = "https://example.com/en_core_web_sm-3.8.0-py3-none-any.whl"
  }

  expect_failures = [
    var.publish_is_public,
    var.billing_account,
    var.max_vms,
    var.model,
  ]
}

run "keys_that_are_only_commas" {
  command = plan

  variables {
    api_keys         = " , "
    api_keys_version = 1
  }

  expect_failures = [
    var.api_keys_version,
  ]
}

run "settings_of_somebody_else" {
  command = plan

  variables {
    settings         = { LD_PRELOAD = "/tmp/x.so" }
    billing_account  = "0123"
    budget_amount    = 500
    api_keys_version = 0.5
  }

  expect_failures = [
    var.settings,
    var.billing_account,
    var.api_keys_version,
  ]
}

run "settings_of_two_lines_and_zones_elsewhere" {
  command = plan

  variables {
    billing_account = "012345-6789AB-CDEF01"
    budget_amount   = 0.5
    zones           = ["europe-west2-b"]
    settings        = { NAMEWIRE_MODEL = "a\nGOOGLE_CLOUD_PROJECT=b" }
  }

  expect_failures = [
    var.budget_amount,
    var.settings,
    var.zones,
  ]
}
