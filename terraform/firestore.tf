resource "google_firestore_database" "this" {
  name        = "(default)"
  location_id = coalesce(var.firestore_location, var.region)
  type        = "FIRESTORE_NATIVE"
  # `terraform destroy` leaves the data where they are, and so does a slip of the hand in the console.
  delete_protection_state = var.keep_data ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy         = var.keep_data ? "ABANDON" : "DELETE"

  # Another place would be another database: a new region must never delete the data, nor fail over them.
  lifecycle {
    ignore_changes = [location_id]
  }

  depends_on = [google_project_service.this]
}

# What no query asks for needs no index: each would be written with every document, and a document may have
# 40,000 entries. Times that grow would also hold a collection to 500 writes a second.
resource "google_firestore_field" "unindexed" {
  for_each = merge([
    for collection, fields in local.topology.firestore.unindexed : {
      for field in fields : "${collection}.${field}" => { collection = collection, field = field }
    }
  ]...)

  database   = google_firestore_database.this.name
  collection = each.value.collection
  field      = each.value.field
  # Taking the exemption away would index every document that is left.
  deletion_policy = var.keep_data ? "ABANDON" : "DELETE"

  index_config {}
}

# `namewire top --label`.
resource "google_firestore_index" "entities_by_label" {
  database   = google_firestore_database.this.name
  collection = "entities"

  fields {
    field_path = "label"
    order      = "ASCENDING"
  }

  fields {
    field_path = "mentions"
    order      = "DESCENDING"
  }
}

# Search in the explorer: names by a word or its beginning, the most mentioned first.
resource "google_firestore_index" "entities_by_term" {
  database   = google_firestore_database.this.name
  collection = "entities"

  fields {
    field_path   = "terms"
    array_config = "CONTAINS"
  }

  fields {
    field_path = "mentions"
    order      = "DESCENDING"
  }
}

# The explorer's lists of articles: those of a publication, those that mention a name, those with a word in the
# title; the latest day first, and in a day what came last.
resource "google_firestore_index" "articles_by_publication" {
  database   = google_firestore_database.this.name
  collection = "articles"

  fields {
    field_path = "publication_key"
    order      = "ASCENDING"
  }

  fields {
    field_path = "day"
    order      = "DESCENDING"
  }

  fields {
    field_path = "received_at"
    order      = "DESCENDING"
  }
}

resource "google_firestore_index" "articles_by_list" {
  for_each = toset(["entity_ids", "title_terms"])

  database   = google_firestore_database.this.name
  collection = "articles"

  fields {
    field_path   = each.key
    array_config = "CONTAINS"
  }

  fields {
    field_path = "day"
    order      = "DESCENDING"
  }

  fields {
    field_path = "received_at"
    order      = "DESCENDING"
  }
}
