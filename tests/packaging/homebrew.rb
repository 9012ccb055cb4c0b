# Plays Homebrew for a formula, as far as that of svcd needs it.
#
#   ruby homebrew.rb FORMULA SYSTEM ARCH      which tarball it takes: URL and checksum;
#                                             macos or linux, arm or intel
#   ruby homebrew.rb FORMULA install PREFIX   installs what is unpacked in this folder,
#                                             runs the formula's test, and says what
#                                             `brew services` would start
require "fileutils"
require "open3"
require "pathname"
require "socket"
require "tmpdir"

FORMULA, SYSTEM, ARCH = ARGV

class Pathname
  def install(*files)
    files.flatten.each do |file|
      mkpath
      FileUtils.cp_r file, self
    end
  end

end

class Formula
  class << self
    %i[desc homepage license url sha256 version depends_on].each do |field|
      define_method(field) do |*value, **more|
        given = more.empty? ? value.first : more
        given.nil? ? (@fields ||= {})[field] : (@fields ||= {})[field] = given
      end
    end

    def on_macos = (yield if SYSTEM == "macos")
    def on_linux = (yield if SYSTEM == "linux")
    def on_arm = (yield if ARCH == "arm")
    def on_intel = (yield if ARCH == "intel")
    def service(&block) = block ? @service = block : @service
    def test(&block) = block ? @test = block : @test

    def inherited(formula)
      super
      @@made = formula
    end

    def made = @@made
  end

  def prefix = Pathname(ARCH)
  def bin = prefix/"bin"
  def opt_bin = bin
  def var = prefix/"var"
  def man8 = prefix/"share/man/man8"
  def doc = prefix/"share/doc/svcd"
  def bash_completion = prefix/"etc/bash_completion.d"
  def zsh_completion = prefix/"share/zsh/site-functions"
  def fish_completion = prefix/"share/fish/vendor_completions.d"
  def run(words) = puts(words.join(" "))
  def keep_alive(_) = nil
  def error_log_path(_) = nil
  def version = self.class.version
  def testpath = @testpath ||= Pathname(Dir.mktmpdir)
  def free_port = TCPServer.open("127.0.0.1", 0) { |server| server.addr[1] }
  def shell_output(command) = Open3.capture2(command).first
  def assert_equal(right, found) = (right == found or abort "#{found.inspect} is not #{right.inspect}")
  def assert_match(right, found) = (found.include?(right) or abort "#{found.inspect} has no #{right.inspect}")
end

load FORMULA
made = Formula.made
if SYSTEM == "install"
  formula = made.new
  formula.install
  formula.post_install
  formula.instance_eval(&made.test)
  FileUtils.rm_rf formula.testpath
  formula.instance_eval(&made.service)
else
  puts made.url, made.sha256
end
