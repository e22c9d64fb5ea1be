# The VMs have no public address. They reach Google's APIs, and unless asked for nothing else.
locals {
  # private.googleapis.com: an address of Google's APIs that is not reachable from the internet.
  apis_range = "199.36.153.8/30"
  apis       = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]
}

resource "google_compute_network" "this" {
  name                            = "namewire"
  auto_create_subnetworks         = false
  delete_default_routes_on_create = true

  depends_on = [google_project_service.this]
}

resource "google_compute_subnetwork" "this" {
  name                     = "namewire"
  network                  = google_compute_network.this.id
  region                   = var.region
  ip_cidr_range            = "10.86.0.0/24"
  private_ip_google_access = true
}

resource "google_compute_route" "apis" {
  name             = "namewire-apis"
  network          = google_compute_network.this.id
  dest_range       = local.apis_range
  next_hop_gateway = "default-internet-gateway"
}

# Google's names lead to that address.
resource "google_dns_managed_zone" "apis" {
  for_each = {
    googleapis = "googleapis.com."
    packages   = "packages.cloud.google.com." # the Ops Agent
  }

  name        = "namewire-${each.key}"
  dns_name    = each.value
  description = "Google's APIs on the private network"
  visibility  = "private"

  private_visibility_config {
    networks {
      network_url = google_compute_network.this.id
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_dns_record_set" "apis" {
  for_each = {
    googleapis = "private.googleapis.com."
    packages   = "packages.cloud.google.com."
  }

  managed_zone = google_dns_managed_zone.apis[each.key].name
  name         = each.value
  type         = "A"
  ttl          = 300
  rrdatas      = local.apis
}

resource "google_dns_record_set" "any_api" {
  managed_zone = google_dns_managed_zone.apis["googleapis"].name
  name         = "*.googleapis.com."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["private.googleapis.com."]
}

resource "google_compute_firewall" "no_egress" {
  name               = "namewire-no-egress"
  network            = google_compute_network.this.id
  direction          = "EGRESS"
  priority           = 65000
  destination_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

resource "google_compute_firewall" "to_apis" {
  name               = "namewire-to-apis"
  network            = google_compute_network.this.id
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = [local.apis_range]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

# Google's health checkers come from these ranges, and from nowhere else.
resource "google_compute_firewall" "from_health_checks" {
  name          = "namewire-from-health-checks"
  network       = google_compute_network.this.id
  direction     = "INGRESS"
  source_ranges = ["35.191.0.0/16", "130.211.0.0/22"]
  target_tags   = ["namewire-worker"]

  allow {
    protocol = "tcp"
    ports    = [local.health_port]
  }
}

# `gcloud compute ssh --tunnel-through-iap`, for those whom IAM lets.
resource "google_compute_firewall" "ssh_from_iap" {
  count = var.ssh_through_iap ? 1 : 0

  name          = "namewire-ssh-from-iap"
  network       = google_compute_network.this.id
  direction     = "INGRESS"
  source_ranges = ["35.235.240.0/20"]
  target_tags   = ["namewire-worker"]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

# A way to the internet, outward only, for a pipeline that lies at a web address.
resource "google_compute_route" "internet" {
  count = var.internet_egress ? 1 : 0

  name             = "namewire-internet"
  network          = google_compute_network.this.id
  dest_range       = "0.0.0.0/0"
  next_hop_gateway = "default-internet-gateway"
}

resource "google_compute_router" "this" {
  count = var.internet_egress ? 1 : 0

  name    = "namewire"
  network = google_compute_network.this.id
  region  = var.region
}

resource "google_compute_router_nat" "this" {
  count = var.internet_egress ? 1 : 0

  name                               = "namewire"
  router                             = google_compute_router.this[0].name
  region                             = var.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}

resource "google_compute_firewall" "to_internet" {
  count = var.internet_egress ? 1 : 0

  name               = "namewire-to-internet"
  network            = google_compute_network.this.id
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}
