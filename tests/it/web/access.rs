//! Who may read and who may review; what a page of others, a guesser and a stranger's name get.

use crate::{
    web::client::{Served, ada, changed, form_token},
    world::World,
};

#[test]
fn nothing_is_altered_unless_the_server_was_told_so() {
    let (_site, world) = changed();
    let password = ada(&world);
    let served = Served::start(&world, &[]);
    let id = served.change();
    assert!(!served.get(&format!("/changes/{id}/")).text().contains("<form"));
    let token = format!("Bearer Ada:{password}");
    let fields = [("authorization", &*token), ("content-type", "application/json")];
    let refused = served.ask(
        "POST",
        &format!("/api/changes/{id}/review"),
        &fields,
        "{\"decision\":\"confirm\"}",
    );
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(served.get("/api/changes").json()["changes"][0]["review"]["state"], "new");
}

#[test]
fn a_change_is_confirmed_dismissed_and_escalated_by_who_may_and_all_of_it_stays() {
    let (_site, world) = changed();
    assert_eq!(world.run(&["integrity", "new-key"]).code, 0);
    let password = ada(&world);
    let served = Served::start(&world, &["--review"]);
    let change = format!("/changes/{}/", served.change());
    let path = format!("{change}review");
    let cookie = served.sign_in("Ada", &password);
    let page = || served.get_as(&cookie, &change).text();
    assert_eq!(served.get_as(&cookie, &change).header("cache-control"), "no-store");
    let token = form_token(&page());
    let send = |form: &str| served.post(&path, &cookie, &format!("form_token={token}&{form}"));
    let sent = send("decision=confirm&seen=0&note=a+%3Cb%3Enote%0D%0Atwo");
    assert_eq!((sent.status, sent.header("location")), (303, &*format!("{change}#review")));
    assert!(page().contains("Confirmed by Ada"));
    let stands = world.run(&["integrity", "--json"]).json().remove(0);
    assert_eq!(stands["signed"]["size"], stands["entries"], "it is signed at once");
    assert!(page().contains("a &#60;b&#62;note\ntwo"));
    // Somebody who looked before that decides nothing.
    assert_eq!(send("decision=escalate&seen=0").status, 409);
    assert_eq!(send("decision=dismiss&seen=1&reason=known").status, 303);
    assert!(page().contains("Dismissed by Ada: known already"));
    assert_eq!(send("decision=dismiss&seen=2").status, 400);
    assert_eq!(send("decision=note&seen=2").status, 400);
    assert_eq!(send("decision=escalate&seen=2").status, 303);
    let review =
        served.get(&format!("/api{}", change.trim_end_matches('/'))).json()["review"].clone();
    assert_eq!(review["state"], "escalated");
    assert_eq!(review["trail"].as_array().unwrap().len(), 3);
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_program_reviews_with_its_password_and_learns_what_it_did_wrong() {
    let (_site, world) = changed();
    let password = ada(&world);
    let served = Served::start(&world, &["--review"]);
    let path = format!("/api/changes/{}/review", served.change());
    let token = format!("Bearer Ada:{password}");
    let send = |token: &str, kind: &str, body: &str| {
        served.ask("POST", &path, &[("authorization", token), ("content-type", kind)], body)
    };
    let json = "application/json";
    assert_eq!(send("Bearer Ada:wrong-password", json, "{\"decision\":\"confirm\"}").status, 401);
    assert_eq!(send("", json, "{\"decision\":\"confirm\"}").status, 401);
    assert_eq!(send(&token, "text/plain", "{\"decision\":\"confirm\"}").status, 415);
    for wrong in [
        "",
        "{",
        "[]",
        "{\"decision\":1}",
        "{\"decision\":\"burn\"}",
        "{\"seen\":-1}",
        "{\"decision\":\"confirm\",\"by\":\"Bo\"}",
    ] {
        let answer = send(&token, json, wrong);
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.text());
    }
    let done = send(&token, json, "{\"decision\":\"dismiss\",\"reason\":\"editorial\",\"seen\":0}");
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.json()["review"]["reason"], "editorial");
    assert_eq!(done.json()["review"]["by"][0], "Ada");
    // A cookie alone is no program: a page of others could make a browser send it.
    let cookie = served.sign_in("Ada", &password);
    let fields = [("cookie", &*cookie), ("content-type", json)];
    assert_eq!(served.ask("POST", &path, &fields, "{\"decision\":\"reopen\"}").status, 401);
}

#[test]
fn fault_059_a_form_of_another_page_is_refused() {
    let (_site, world) = changed();
    let password = ada(&world);
    let served = Served::start(&world, &["--review"]);
    let change = format!("/changes/{}/", served.change());
    let path = format!("{change}review");
    let cookie = served.sign_in("Ada", &password);
    let token = form_token(&served.get_as(&cookie, &change).text());
    for form in
        ["decision=confirm", "decision=confirm&form_token=", "decision=confirm&form_token=0123"]
    {
        assert_eq!(served.post(&path, &cookie, form).status, 403, "{form}");
    }
    let form = format!("decision=confirm&form_token={token}");
    for fields in [
        [("cookie", &*cookie), ("origin", "https://evil.example")],
        [("cookie", &*cookie), ("origin", "null")],
        [("cookie", &*cookie), ("sec-fetch-site", "cross-site")],
    ] {
        assert_eq!(served.ask("POST", &path, &fields, &form).status, 403, "{fields:?}");
        assert_eq!(served.ask("POST", "/sign-in/", &fields, "name=Ada&password=x").status, 403);
    }
    assert_eq!(served.post(&path, "", &form).status, 401, "a token without its session is nothing");
    assert_eq!(served.get("/api/changes").json()["changes"][0]["review"]["state"], "new");
    assert_eq!(served.post(&path, &cookie, &form).status, 303);
}

#[test]
fn a_session_is_a_cookie_that_no_script_sees_and_ends_when_its_user_signs_out() {
    let (_site, world) = changed();
    let password = ada(&world);
    let served = Served::start(&world, &["--review"]);
    let form = format!("name=ada&password={password}&then=/health/");
    let answer = served.post("/sign-in/", "pledgewatch=forged", &form);
    assert_eq!((answer.status, answer.header("location")), (303, "/health/"));
    let cookie = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "http on this machine has no other cookies");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let token = form_token(&served.get_as(&cookie, "/").text());
    let out = served.post("/sign-out", &cookie, &format!("form_token={token}"));
    assert_eq!(out.status, 303);
    assert!(!served.get_as(&cookie, "/").text().contains("Sign out"));
    let away = format!("name=Ada&password={password}&then=//evil.example/");
    assert_eq!(served.post("/sign-in/", "", &away).header("location"), "/");
}

#[test]
fn who_guesses_passwords_is_asked_to_wait() {
    let (_site, world) = changed();
    let password = ada(&world);
    let served = Served::start(&world, &["--review"]);
    for name in ["Ada", "Bo", "Ada", "", "Ada"] {
        let answer = served.post("/sign-in/", "", &format!("name={name}&password=guess"));
        assert_eq!(answer.status, 401);
        assert!(answer.text().contains("is not right"), "{}", answer.text());
    }
    let answer = served.post("/sign-in/", "", &format!("name=Ada&password={password}"));
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 600);
    let token = format!("Bearer Ada:{password}");
    assert_eq!(served.ask("GET", "/api/pages", &[("authorization", &token)], "").status, 429);
    assert_eq!(served.get("/").status, 200, "reading goes on");
}

#[test]
fn a_private_server_tells_nothing_to_who_is_not_signed_in() {
    let (_site, world) = changed();
    let ran = world.run(&["serve", "--private", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("nobody may sign in yet"), "{}", ran.stderr);
    let mut child = world.command(&["user", "add", "Cy", "--read-only", "--password-stdin"]);
    let mut child = child.stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"a long password\n").unwrap();
    assert!(child.wait().unwrap().success());
    let list = world.run(&["user", "list"]).stdout;
    assert_eq!(list, "Cy: read\n");
    let served = Served::start(&world, &["--private", "--review"]);
    for path in ["/", "/api/pages", "/feeds/all.atom", "/captures/v1/0", "/timemap/faces", "/help/"]
    {
        let answer = served.get(path);
        assert_eq!(answer.status, 401, "{path}");
        assert!(!answer.text().contains("Amber"), "{path}: {}", answer.text());
    }
    let cookie = served.sign_in("Cy", "a+long+password");
    assert_eq!(served.get_as(&cookie, "/").status, 200);
    let token = [("authorization", "Bearer Cy:a long password")];
    let changes = served.ask("GET", "/api/changes", &token, "");
    assert_eq!(changes.status, 200);
    let id = changes.json()["changes"][0]["id"].as_str().unwrap().to_owned();
    let page = served.get_as(&cookie, &format!("/changes/{id}/")).text();
    assert!(!page.contains("id=\"confirm\""), "who may read alone gets no form: {page}");
    let form = format!("decision=confirm&form_token={}", form_token(&page));
    assert_eq!(served.post(&format!("/changes/{id}/review"), &cookie, &form).status, 403);
}

#[test]
fn fault_059_a_page_of_others_under_our_address_is_refused() {
    let (_site, world) = changed();
    let served = Served::start(&world, &[]);
    let port = served.host().rsplit(':').next().unwrap().to_owned();
    for name in ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example"] {
        let answer = served.ask("GET", "/", &[("host", &format!("{name}:{port}"))], "");
        assert_eq!(answer.status, 403, "{name}");
    }
    assert_eq!(served.ask("GET", "/", &[("host", &format!("localhost:{port}"))], "").status, 200);
    assert_eq!(served.raw(b"GET / HTTP/1.0\r\n\r\n").status, 403);
    let twice =
        "GET / HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    assert_eq!(served.raw(twice.as_bytes()).status, 403);
}

#[test]
fn whoever_is_removed_is_signed_out_and_a_file_of_others_is_refused() {
    let (_site, world) = changed();
    let password = ada(&world);
    let served = Served::start(&world, &["--review"]);
    let cookie = served.sign_in("Ada", &password);
    assert!(served.get_as(&cookie, "/").text().contains("Sign out"));
    assert_eq!(world.run(&["user", "remove", "ada"]).code, 0);
    assert!(!served.get_as(&cookie, "/").text().contains("Sign out"));
    assert_eq!(world.run(&["user", "remove", "ada"]).code, 2);
    let empty = World::empty();
    std::fs::write(empty.folder().join("users.pledgewatch"), "root:x:0\n").unwrap();
    let ran = empty.run(&["user", "list"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("line 1"), "{}", ran.stderr);
}
