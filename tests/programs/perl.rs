//! CGI.pm, and the tests of Plack for servers.

use svcd_tests::skip;
use svcd_tests::tree::{MODIFIED, pseudo_random};

use crate::{Host, tool, with_program};

/// None, with a note, if this Perl has no such module.
fn host(module: &str, name: &str, text: &str, options: &[&str]) -> Option<Host> {
    let perl = tool("perl")?;
    let host = Host::new(with_program(name, text), options);
    if host.run(&perl, &[&format!("-M{module}"), "-e", "1"]).status.success() {
        return Some(host);
    }
    skip(module, "it is not installed here");
    None
}

const UPLOAD: &str = r#"#!/usr/bin/env perl
use strict; use warnings;
use CGI; use Digest::MD5;
$CGI::LIST_CONTEXT_WARN = 0;
my $q = CGI->new;
my $path = $q->path_info;
if ($path eq '/away') { print $q->redirect('https://svcd.test/'); exit }
if ($path eq '/gone') { print $q->header(-status => '410 Gone', -cookie => $q->cookie(k => 'v')), 'gone'; exit }
if ($path eq '/warn') { warn "a warning of a program\n" }
print $q->header(-type => 'text/plain', -charset => 'utf-8');
print 'url ', $q->self_url, "\n";
print "param $_=", join('|', $q->multi_param($_)), "\n" for grep { !$q->upload($_) } sort $q->multi_param;
if (my $file = $q->upload('file')) {
    print 'file ', $q->param('file'), ' ', Digest::MD5->new->addfile($file)->hexdigest, "\n";
}
print 'words ', join('|', @ARGV), "\n" if @ARGV;
"#;

#[test]
fn cgi_pm() {
    let Some(host) = host("CGI", "upload.pl", UPLOAD, &[]) else { return };
    let (Some(_), Some(sum)) = (tool("curl"), tool("md5sum")) else { return };
    let url = "http://{}/cgi-bin/upload.pl";
    host.place.write("data.bin", &pseudo_random(4_000_000), MODIFIED);
    let sum = host.run(&sum, &["data.bin"]).with(0);
    let sum = sum.split(' ').next().expect("a sum");
    let said = host.curl(&["-F", "who=a b", "-F", "who=c", "-F", "file=@data.bin", url]);
    let lines: Vec<&str> = said.lines().skip(1).collect();
    assert_eq!(lines, ["param who=a b|c", &format!("file data.bin {sum}")], "{said}");

    let address = host.server.address;
    let said = host.page("/cgi-bin/upload.pl/more?x=1&y=a%20b").text();
    assert_eq!(said, "url http://svcd.test/cgi-bin/upload.pl/more?x=1;y=a%20b\nparam x=1\nparam y=a b\n");
    let said = host.curl(&[&format!("{url}?x=1")]);
    assert_eq!(said, format!("url http://{address}/cgi-bin/upload.pl?x=1\nparam x=1\n"));
    let said = host.page("/cgi-bin/upload.pl?two+w%6frds").text();
    assert!(said.ends_with("words two|words\n"), "{said}");
    let away = host.server.get("/cgi-bin/upload.pl/away").expect("an answer");
    assert_eq!((away.status, away.field("Location")), (302, Some("https://svcd.test/")));
    let gone = host.server.get("/cgi-bin/upload.pl/gone").expect("an answer");
    assert_eq!((gone.status, gone.reason.as_str(), gone.text().as_str()), (410, "Gone", "gone"));
    assert!(gone.need("Set-Cookie").expect("it").starts_with("k=v;"));
    host.page("/cgi-bin/upload.pl/warn");
    let errors = host.server.stop().stderr;
    assert!(errors.contains("cgi-bin/upload.pl: a warning of a program\n"), "{errors}");
}

/// What Plack asks of every server, asked of this one through its CGI handler.
const ANSWERING: &str = r#"#!/usr/bin/env perl
use Plack::Test::Suite; use Plack::Handler::CGI; use Plack::Middleware::Lint;
my $suite = Plack::Middleware::Lint->wrap(Plack::Test::Suite->test_app_handler);
Plack::Handler::CGI->new->run(sub {
    # One test dies, and wants to hear of that as the servers that stay would say it.
    eval { $suite->(@_) } || [500, ['Content-Type' => 'text/plain'], [$@]];
});
"#;

const ASKING: &str = r#"
use Test::More; use Plack::Test::Suite; use Plack::LWPish;
my ($host, $port) = split /:/, $ARGV[0];
my $script = $ENV{PLACK_TEST_SCRIPT_NAME} = '/cgi-bin/suite.cgi';
my $agent = Plack::LWPish->new(no_proxy => [$host]);
for my $number (0 .. $#Plack::Test::Suite::TEST) {
    my ($name, $ask) = @{$Plack::Test::Suite::TEST[$number]};
    subtest $name => sub {
        $ask->(sub {
            my $request = shift;
            $request->uri->port($port);
            $request->uri->path($script . $request->uri->path);
            $request->header('X-Plack-Test' => $number);
            $agent->request($request);
        });
    };
}
done_testing;
"#;

#[test]
fn the_tests_of_plack() {
    let Some(host) = host("Plack::Test::Suite", "suite.cgi", ANSWERING, &["--cgi-pass-auth"]) else { return };
    let perl = tool("perl").expect("it was there");
    let said = host.run(&perl, &["-e", ASKING, "{}"]).with(0);
    let count = said.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(count > 30, "{said}");
}
