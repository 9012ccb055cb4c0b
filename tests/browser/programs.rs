//! The form of the site that starts a program.

use svcd_tests::{Server, Tree, skip, until};

use crate::devtools::{Browser, executable};
use crate::{FACTS, VIEWPORTS, check, save_screenshots, site, visit};

use serde_json::json;

fn content(browser: &mut Browser, id: &str) -> Option<String> {
    let content = browser.evaluate(&format!("document.getElementById('{id}')?.textContent"));
    content.as_str().map(str::to_owned)
}

/// What the program was told, when its page is there.
fn told(browser: &mut Browser) -> Vec<String> {
    let whole = "document.readyState === 'complete' && location.pathname.startsWith('/cgi-bin/')";
    until("the page of the program", || browser.is_so(whole).then_some(()));
    content(browser, "told").unwrap_or_default().lines().map(str::to_owned).collect()
}

fn assert_has(told: &[String], lines: &[&str]) {
    for line in lines {
        assert!(told.iter().any(|told| told == line), "{line} is not in {told:#?}");
    }
}

#[test]
fn a_form_starts_a_program() {
    let what = "a form that starts a program";
    let Some(executable) = executable() else {
        return skip(what, "no Chromium found; $CHROMIUM can name one");
    };
    let server = Server::with(Tree::empty()).root(Some(&site())).start();
    let origin = format!("http://{}", server.address);
    let mut browser = Browser::start(&executable);
    for (button, method, query, sent) in [
        ("get", "GET", "text=a+%3Cb%3E+%26+c", "Nothing: it came without a body."),
        ("post", "POST", "", "text=a+%3Cb%3E+%26+c"),
    ] {
        let problems = visit(&mut browser, &format!("{origin}/run/"), &origin, 200).problems;
        assert!(problems.is_empty(), "{problems:#?}");
        browser.evaluate(&format!("document.getElementById('{button}').click()"));
        let told = told(&mut browser);
        let (method, query) = (format!("REQUEST_METHOD={method}"), format!("QUERY_STRING={query}"));
        let lines = [&method, &query, "PATH_INFO=/from/a/form", "SCRIPT_NAME=/cgi-bin/hello"];
        assert_has(&told, &lines);
        assert_eq!(content(&mut browser, "sent").as_deref(), Some(sent));
        for (viewport, width, height, mobile) in VIEWPORTS {
            let metrics =
                json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
            browser.call("Emulation.setDeviceMetricsOverride", metrics);
            let facts = browser.evaluate(FACTS);
            assert_eq!(check(&facts, width), Vec::<String>::new(), "{viewport}, {button}");
            save_screenshots(&mut browser, viewport, &format!("/run-{button}/"), &facts);
        }
    }
}

#[test]
fn nothing_that_is_sent_runs_in_the_page_of_the_program() {
    let what = "a page that shows what was sent";
    let Some(executable) = executable() else {
        return skip(what, "no Chromium found; $CHROMIUM can name one");
    };
    let server = Server::with(Tree::empty()).root(Some(&site())).start();
    let origin = format!("http://{}", server.address);
    let mut browser = Browser::start(&executable);
    let script = "%3Cscript%3Ewindow.ran=1%3C/script%3E";
    let url = format!("{origin}/cgi-bin/hello/{script}\"?\"'&amp;");
    let problems = visit(&mut browser, &url, &origin, 200).problems;
    assert!(problems.is_empty(), "{problems:#?}");
    let told = told(&mut browser);
    assert_has(&told, &["PATH_INFO=/<script>window.ran=1</script>\"", "QUERY_STRING=%22%27&amp;"]);
    assert_eq!(browser.evaluate("window.ran === undefined"), true);
    // The same on standard input, as no form would encode it.
    let sent = browser.evaluate(
        "fetch('/cgi-bin/hello', { method: 'POST', body: '</code><script>\"&1</script>' })
            .then(got => got.text())
            .then(page => {
                const parsed = new DOMParser().parseFromString(page, 'text/html');
                return [parsed.getElementById('sent').textContent, parsed.querySelectorAll('script').length];
            })",
    );
    assert_eq!(sent, json!(["</code><script>\"&1</script>", 0]));
}
