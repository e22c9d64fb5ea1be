# Copy to terraform.tfvars and fill in the first two; the rest are examples of what can be chosen.
project_id = "my-news-project"
region     = "europe-west1"

# Who may send articles over HTTP.
publish_invokers = ["user:ada@example.com"]

# Who may look at the explorer.
explore_viewers = ["user:ada@example.com"]

# alert_emails      = ["on-call@example.com"]
# machine_type      = "c3d-standard-30"
# max_vms           = 8
# spot              = true
# model             = "gs://my-models/en_core_web_lg-3.8.0-py3-none-any.whl"
# trace_share       = 0.01
# settings          = { NAMEWIRE_STORE_CONTENT = "false" }
# bigquery          = true
# billing_account   = "012345-6789AB-CDEF01"
# budget_amount     = 500
