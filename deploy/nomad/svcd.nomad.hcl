# Three of them, each new version beside the old ones until it answers at /healthz.
# `nomad job run -var image=registry.example.org/www:2 svcd.nomad.hcl`

variable "image" {
  type    = string
  default = "registry.example.org/www:1"
}

# Who stands in front and says who the client is.
variable "proxies" {
  type    = string
  default = "10.0.0.2"
}

job "svcd" {
  type = "service"

  update {
    max_parallel     = 1
    canary           = 1
    auto_promote     = true
    auto_revert      = true
    health_check     = "checks"
    min_healthy_time = "5s"
    healthy_deadline = "1m"
  }

  group "www" {
    count = 3

    spread {
      attribute = "${node.unique.id}"
    }

    network {
      port "http" {
        to = 8080
      }
    }

    # Out of the catalogue first; this much later comes SIGTERM.
    shutdown_delay = "5s"

    service {
      name     = "svcd"
      provider = "nomad"
      port     = "http"

      check {
        type     = "http"
        path     = "/healthz"
        interval = "2s"
        timeout  = "1s"
      }
    }

    task "svcd" {
      driver = "docker"
      user   = "65534:65534"

      config {
        image           = var.image
        ports           = ["http"]
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
        # A process for each connection, and a few more.
        pids_limit = 600
        # In the place of the image's own, which binds too.
        entrypoint = ["/svcd"]
        # Each has a copy of the files with inodes of its own, so the ETag goes without. Not
        # if all files of the image are given one time (buildah's --timestamp).
        args = [
          "--no-inode",
          "--bind=0.0.0.0:8080",
          "--trusted=${var.proxies}=x-forwarded-for",
          "--health=/healthz",
          "--no-cgi",
          "--cache=60",
          "--max-conns=512",
          # More than who is in front keeps a connection that waits, so that it is who closes.
          "--idle-timeout=75",
          "--grace=10",
          "/srv",
        ]
      }

      # More than --grace, and the two seconds that svcd gives to programs.
      kill_signal  = "SIGTERM"
      kill_timeout = "20s"

      resources {
        cpu    = 500
        memory = 256
      }
    }
  }
}
