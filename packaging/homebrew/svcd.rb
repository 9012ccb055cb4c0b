# Of `make release URL=...`, which puts in what is between two @.
class Svcd < Formula
  desc "Web server made of nothing but system calls"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    depends_on arch: :arm64
    url "@URL@/svcd-@VERSION@-darwin-aarch64.tar.gz"
    sha256 "@DARWIN_AARCH64@"
  end

  on_linux do
    on_arm do
      url "@URL@/svcd-@VERSION@-linux-aarch64.tar.gz"
      sha256 "@LINUX_AARCH64@"
    end
    on_intel do
      url "@URL@/svcd-@VERSION@-linux-x86_64.tar.gz"
      sha256 "@LINUX_X86_64@"
    end
  end

  def install
    bin.install "bin/svcd", "bin/svcd-trace"
    man8.install "share/man/man8/svcd.8"
    bash_completion.install "share/bash-completion/completions/svcd"
    zsh_completion.install "share/zsh/site-functions/_svcd"
    fish_completion.install "share/fish/vendor_completions.d/svcd.fish"
    doc.install Dir["share/doc/svcd/*"]
  end

  def post_install
    (var/"www").mkpath
  end

  service do
    run [opt_bin/"svcd", "--log", var/"log/svcd.log", var/"www"]
    keep_alive true
    error_log_path var/"log/svcd.error.log"
  end

  test do
    (testpath/"index.html").write "hello\n"
    port = free_port
    server = spawn "#{bin}/svcd", "-q", "-p", port.to_s, testpath.to_s
    begin
      patient = "--retry 20 --retry-connrefused --retry-delay 1"
      assert_equal "hello\n", shell_output("curl -s #{patient} http://127.0.0.1:#{port}/")
    ensure
      Process.kill "TERM", server
      Process.wait server
    end
    assert_match version.to_s, shell_output("#{bin}/svcd -V")
  end
end
