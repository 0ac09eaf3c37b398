"""Accounts by the API: registering, tokens, passwords."""

import base64
import json
import re
import statistics
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.contract.client import (
    AUTH,
    ITEMS,
    PASSWORD,
    Client,
    Person,
    code,
    fresh_address,
    fresh_email,
    fresh_name,
    json_lines,
    log_entries,
    media_type,
    problem,
)
from tests.contract.conftest import Disposable
from tests.contract.differences import Conventions
from tests.starters.databases import Database
from tests.starters.harness import SECRET, Service
from tests.starters.mail_server import mail_server

pytestmark = pytest.mark.features("accounts", "api")

WRITING = {"POST", "PATCH", "DELETE"}
ME = "/api/v1/me"
OTHER = "biscuits at five o'clock"


@pytest.fixture
def unregistered(service: Service) -> Person:
    return Person(service)


@pytest.fixture
def person(unregistered: Person) -> Person:
    unregistered.join()
    return unregistered


def me(person: Person, token: str) -> httpx2.Response:
    return person.client.get(ME, headers={"Authorization": f"Bearer {token}"})


def refresh(person: Person, token: str) -> httpx2.Response:
    return person.call("refresh", refresh_token=token)


def middle(calls: list[httpx2.Response]) -> float:
    return statistics.median(call.elapsed.total_seconds() for call in calls)


def unauthorized(response: httpx2.Response) -> dict[str, Any]:
    assert response.headers["www-authenticate"].lower().startswith("bearer")
    return problem(response, 401)


@pytest.mark.database
def test_somebody_registers_confirms_and_signs_in(unregistered: Person) -> None:
    answer = unregistered.call("register", email=unregistered.email, password=PASSWORD)
    assert answer.status_code == 202
    unauthorized(unregistered.token())
    mail = unregistered.mail()
    assert mail["To"] == unregistered.email
    assert PASSWORD not in mail.as_string()
    for expected in (204, 400):
        assert unregistered.call("confirm", token=code(mail)).status_code == expected
    pair = unregistered.sign_in()
    assert {"access_token", "refresh_token", "token_type", "expires_in"} <= set(pair)
    assert pair["token_type"].lower() == "bearer"
    assert pair["expires_in"] == 900
    found = me(unregistered, pair["access_token"])
    assert found.status_code == 200
    assert found.json()["email"] == unregistered.email
    assert not re.search("password|hash", found.text)


def test_what_is_no_address_gets_422(
    unregistered: Person, subtests: pytest.Subtests
) -> None:
    for email in (
        "",
        "nobody",
        "@example.org",
        "a b@example.org",
        "a@b@c",
        "a\n@b.org",
        "\0",
    ):
        with subtests.test(email=email):
            unregistered.client.headers["X-Forwarded-For"] = fresh_address()
            for path in ("register", "reset"):
                body = {"email": email} | (
                    {"password": PASSWORD} if path == "register" else {}
                )
                answer = unregistered.call(path, **body)
                assert "email" in str(problem(answer, 422)["errors"])


def test_a_password_that_is_short_long_or_common_is_refused(
    person: Person, subtests: pytest.Subtests
) -> None:
    for password in (
        "",
        "short-1",
        "a" * 129,
        "password",
        "12345678",
        "Password1",
        "qwertyuiop",
        "x" * 20,
    ):
        with subtests.test(password=password):
            person.client.headers["X-Forwarded-For"] = fresh_address()
            unregistered = {"email": fresh_email(), "password": password}
            token = person.sign_in()["access_token"]
            body = {"current_password": PASSWORD, "new_password": password}
            for answer in (
                person.call("register", **unregistered),
                person.call("password", token, **body),
                person.call("reset/confirm", token="none", password=password),  # noqa: S106
            ):
                assert "password" in str(problem(answer, 422)["errors"])
                assert password in {"", "password"} or password not in answer.text


def test_a_password_may_hold_characters_of_any_kind(
    service: Service, subtests: pytest.Subtests
) -> None:
    for password in (
        "8 chars.",
        "\u2615\u2614" * 64,
        "a\0b\0c\0d\0e",
        "   spaces   ",
        "q" * 64 + "w" * 64,
    ):
        with subtests.test(password=password):
            person = Person(service)
            person.password = password
            person.join()
            assert person.sign_in()
            unauthorized(person.token(password + "x"))
            unauthorized(person.token(password[:-1]))


def test_text_that_is_none_does_no_harm(person: Person) -> None:
    odd = ["\\ud800", "\\u0000", "a" * 100_000]
    for path, fields in (
        ("register", ("email", "password")),
        ("confirm", ("token",)),
        ("refresh", ("refresh_token",)),
        ("revoke", ("refresh_token",)),
        ("reset/confirm", ("token", "password")),
    ):
        for text in odd:
            body = "{" + ", ".join(f'"{field}": "{text}"' for field in fields) + "}"
            answer = person.client.post_json(body, f"{AUTH}/{path}")
            assert answer.status_code in {204, 400, 401, 422}, (path, text[:9])
    for text in ("%00", "%ED%A0%80", "%ff", "a" * 100_000):
        answer = person.client.post(
            f"{AUTH}/token",
            content=f"username={text}&password={text}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code in {400, 401, 422}


def test_registering_does_not_tell_who_has_an_account(person: Person) -> None:
    known = [
        person.call("register", email=person.email, password=OTHER) for _ in range(2)
    ]
    unknown = [
        person.call("register", email=fresh_email(), password=OTHER) for _ in range(2)
    ]
    assert len({(each.status_code, each.text) for each in [*known, *unknown]}) == 1
    assert person.sign_in()  # with the password that it had
    unauthorized(person.token(OTHER))


def test_asking_for_a_reset_does_not_tell_who_has_an_account(person: Person) -> None:
    known = person.call("reset", email=person.email)
    unknown = person.call("reset", email=(nobody := fresh_email()))
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert known.status_code == 202
    person.mail()
    assert nobody not in mail_server().mails


def test_unknown_and_known_addresses_take_as_long(service: Service) -> None:
    """Medians of several, since a machine under load answers as it likes."""
    known, nobody = Person(service), Person(service)
    known.join()
    for call in ("token", "register", "reset"):
        times: dict[str, list[httpx2.Response]] = {known.email: [], nobody.email: []}
        for _ in range(4):
            for person in (known, nobody):
                person.client.headers["X-Forwarded-For"] = fresh_address()
                if call == "token":
                    answer = person.token(OTHER)
                elif call == "register" and person is nobody:
                    answer = person.call(call, email=fresh_email(), password=OTHER)
                elif call == "register":
                    answer = person.call(call, email=person.email, password=OTHER)
                else:
                    answer = person.call(call, email=person.email)
                times[person.email].append(answer)
        slow, fast = sorted(map(middle, times.values()), reverse=True)
        assert slow < fast * 2 + 0.03, call


def test_a_failed_sign_in_does_not_tell_why(
    disposable: Disposable, conventions: Conventions
) -> None:
    person, disabled, unconfirmed = (Person(disposable.service) for _ in range(3))
    person.join()
    disabled.join()
    disposable.database.execute(
        conventions.disable_user_sql.format(email=disabled.email)
    )
    unconfirmed.call("register", email=unconfirmed.email, password=PASSWORD)
    answers = [
        person.token(OTHER),
        person.token(PASSWORD.upper()),
        disabled.token(),
        unconfirmed.token(),
        Person(disposable.service).token(),
        Person(disposable.service, "nobody").token(),
    ]
    assert len({json.dumps(unauthorized(answer)) for answer in answers}) == 1


@pytest.mark.database
def test_an_address_is_the_same_in_capitals(person: Person) -> None:
    person.email = f" {person.email.upper()} "
    assert person.sign_in()


def test_signing_in_is_throttled_for_each_address(person: Person) -> None:
    codes = []
    for _ in range(30):
        person.client.headers["X-Forwarded-For"] = fresh_address()
        answer = person.token(OTHER)
        codes.append(answer.status_code)
        if answer.status_code == 429:
            break
    assert set(codes[:5]) == {401}
    assert codes[-1] == 429
    problem(answer, 429)
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    problem(person.token(), 429)  # the right password as well


def test_signing_in_is_throttled_for_each_client(service: Service) -> None:
    guesser = Person(service)
    codes = []
    for _ in range(200):
        guesser.email = fresh_email()
        codes.append(guesser.token(OTHER).status_code)
        if codes[-1] == 429:
            break
    assert codes[-1] == 429
    assert len(codes) > 10
    elsewhere = Person(service)
    unauthorized(elsewhere.token())


def test_mail_is_throttled(service: Service, subtests: pytest.Subtests) -> None:
    for path in (
        "register",
        "reset",
    ):
        with subtests.test(path=path):
            person = Person(service)
            body = {"email": person.email}
            if path == "register":
                body["password"] = PASSWORD
            codes = []
            for _ in range(30):
                person.client.headers["X-Forwarded-For"] = fresh_address()
                answer = person.call(path, **body)
                codes.append(answer.status_code)
                if answer.status_code == 429:
                    break
            assert codes[0] == 202
            assert codes[-1] == 429
            assert int(answer.headers["retry-after"]) > 0


def test_many_guesses_at_once_are_throttled_too(
    service: Service, person: Person
) -> None:
    def guess(_: int) -> int:
        with Client(service, anonymous=True) as client:
            form = {"username": person.email, "password": OTHER}
            return client.post(f"{AUTH}/token", data=form).status_code

    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(guess, range(36)))
    assert codes.count(401) <= 20
    assert set(codes) == {401, 429}


def test_without_credentials_items_get_401(
    service: Service, subtests: pytest.Subtests
) -> None:
    for method in (
        "GET",
        "HEAD",
        "POST",
        "PATCH",
        "DELETE",
    ):
        with subtests.test(method=method):
            nobody = "00000000-0000-4000-8000-000000000000"
            with Client(service, anonymous=True) as client:
                for path in (ITEMS, f"{ITEMS}/{nobody}"):
                    if method in WRITING and (method == "POST") != (path == ITEMS):
                        continue
                    body = (
                        {"name": "x", "price": 1}
                        if method in {"POST", "PATCH"}
                        else None
                    )
                    response = client.request(method, path, json=body)
                    assert response.status_code == 401
                    if method != "HEAD":
                        unauthorized(response)
                unauthorized(client.get(ME))


def altered(token: str) -> dict[str, str]:
    """Return what somebody might make of a token."""

    def part(text: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=="))
        return found

    def text(content: dict[str, Any]) -> str:
        raw = json.dumps(content).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    head, claims, signature = token.split(".")
    other = text(part(head) | {"alg": "HS512"})
    return {
        "unsigned": f"{text(part(head) | {'alg': 'none'})}.{claims}.",
        "unsigned, in capitals": f"{text(part(head) | {'alg': 'NONE'})}.{claims}.",
        "another algorithm": f"{other}.{claims}.{signature}",
        "another time": f"{head}.{text(part(claims) | {'exp': 2**40})}.{signature}",
        "another user": f"{head}.{text(part(claims) | {'sub': 'x'})}.{signature}",
        "cut short": token[:-2],
        "two parts": f"{head}.{claims}",
        "nonsense": "x" * 5000,
        "dots": "...",
    }


def test_an_altered_access_token_is_refused(person: Person) -> None:
    token = person.sign_in()["access_token"]
    for kind, forged in altered(token).items():
        response = me(person, forged)
        assert response.status_code == 401, kind
        unauthorized(response)
    for scheme in ("Basic ", "Token ", "Bearer", ""):
        headers = {"Authorization": scheme + token}
        assert person.client.get(ME, headers=headers).status_code == 401


def test_an_access_token_says_what_it_is_for(person: Person) -> None:
    head, claims, _ = person.sign_in()["access_token"].split(".")
    claimed = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert claimed["exp"] - claimed["iat"] == 900
    assert claimed["iss"]
    assert claimed["aud"]
    kinds = json.loads(base64.urlsafe_b64decode(head + "==")) | claimed
    assert kinds["typ"] != "JWT"
    assert person.email not in base64.urlsafe_b64decode(claims + "==").decode()


def test_tokens_are_no_use_in_each_others_place(person: Person) -> None:
    pair = person.sign_in()
    person.call("reset", email=person.email)
    mailed = code(person.mail())
    unauthorized(me(person, pair["refresh_token"]))
    unauthorized(me(person, mailed))
    unauthorized(refresh(person, pair["access_token"]))
    unauthorized(refresh(person, mailed))
    problem(person.call("confirm", token=mailed), 400)
    for token in pair["refresh_token"], pair["access_token"]:
        problem(person.call("reset/confirm", token=token, password=OTHER), 400)
    assert me(person, pair["access_token"]).status_code == 200


@pytest.mark.database
def test_a_refresh_token_gives_a_new_one(person: Person) -> None:
    first = person.sign_in()
    answer = refresh(person, first["refresh_token"])
    assert answer.status_code == 200
    second = answer.json()
    assert second["refresh_token"] != first["refresh_token"]
    assert me(person, second["access_token"]).status_code == 200


@pytest.mark.database
def test_simultaneous_refreshes_do_not_sign_the_user_out(
    service: Service, person: Person
) -> None:
    token = person.sign_in()["refresh_token"]

    def refresh_it(_: int) -> httpx2.Response:
        with Client(service, anonymous=True) as client:
            return client.post(f"{AUTH}/refresh", json={"refresh_token": token})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(refresh_it, range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    pairs = [answer.json() for answer in answers]
    assert len({pair["refresh_token"] for pair in pairs}) == 6
    for pair in pairs:
        assert me(person, pair["access_token"]).status_code == 200
        assert refresh(person, pair["refresh_token"]).status_code == 200


@pytest.mark.database
def test_a_token_that_was_never_issued_has_no_effect(person: Person) -> None:
    pair = person.sign_in()
    payload = pair["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    ids = [value for value in claims.values() if isinstance(value, str)]
    forged = [f"{form}.x" for value in ids for form in (value, value.replace("-", ""))]
    half = pair["refresh_token"][:-10]
    for token in (*forged, *ids, half, f"{half}0123456789", pair["access_token"]):
        unauthorized(refresh(person, token))
        assert person.call("revoke", refresh_token=token).status_code == 204
    assert me(person, pair["access_token"]).status_code == 200
    assert refresh(person, pair["refresh_token"]).status_code == 200


def test_revoking_ends_the_tokens(person: Person) -> None:
    pair = person.sign_in()
    for token in ("nonsense", pair["refresh_token"], pair["refresh_token"]):
        assert person.call("revoke", refresh_token=token).status_code == 204
    unauthorized(me(person, pair["access_token"]))
    unauthorized(refresh(person, pair["refresh_token"]))


@pytest.mark.database
def test_changing_the_password_ends_all_that_the_old_one_let_in(person: Person) -> None:
    here, there = person.sign_in(), person.sign_in()
    token = here["access_token"]
    wrong = {"current_password": OTHER, "new_password": OTHER}
    problem(person.call("password", token, **wrong), 403)
    unauthorized(person.call("password", None, **wrong))
    right = {"current_password": PASSWORD, "new_password": OTHER}
    assert person.call("password", token, **right).status_code == 204
    for pair in (here, there):
        unauthorized(me(person, pair["access_token"]))
        unauthorized(refresh(person, pair["refresh_token"]))
    unauthorized(person.token(PASSWORD))
    person.password = OTHER
    assert person.sign_in()


@pytest.mark.database
def test_resetting_the_password_ends_all_and_works_once(person: Person) -> None:
    pair = person.sign_in()
    for _ in range(2):
        assert person.call("reset", email=person.email).status_code == 202
    first, second = code(person.mail()), code(person.mail())
    body = {"token": second, "password": OTHER}
    assert person.call("reset/confirm", **body).status_code == 204
    problem(person.call("reset/confirm", **body), 400)
    problem(person.call("reset/confirm", token=first, password=PASSWORD), 400)
    unauthorized(me(person, pair["access_token"]))
    unauthorized(refresh(person, pair["refresh_token"]))
    unauthorized(person.token(PASSWORD))
    person.password = OTHER
    assert person.sign_in()


@pytest.mark.database
def test_disabling_an_account_ends_all(
    disposable: Disposable, conventions: Conventions
) -> None:
    person = Person(disposable.service)
    person.join()
    pair = person.sign_in()
    disposable.database.execute(conventions.disable_user_sql.format(email=person.email))
    unauthorized(me(person, pair["access_token"]))
    unauthorized(refresh(person, pair["refresh_token"]))
    person.call("reset", email=person.email)
    unauthorized(person.token())


def test_answers_with_credentials_are_not_to_be_stored(person: Person) -> None:
    pair = person.sign_in()
    token = pair["access_token"]
    signing_in = person.token()
    for answer in (
        signing_in,
        refresh(person, signing_in.json()["refresh_token"]),
        me(person, token),
        me(person, "wrong"),
        person.client.get(f"{ITEMS}/7", headers={"Authorization": f"Bearer {token}"}),
        person.client.get("/no/such", headers={"Authorization": f"Bearer {token}"}),
    ):
        assert "no-store" in answer.headers["cache-control"], answer.url


def test_calls_take_json_alone_and_only_what_they_know(
    person: Person, subtests: pytest.Subtests
) -> None:
    for path in (
        "register",
        "refresh",
        "revoke",
        "confirm",
        "reset",
        "reset/confirm",
        "password",
    ):
        with subtests.test(path=path):
            token = person.sign_in()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            target = f"{AUTH}/{path}"
            problem(person.client.post(target, data={"a": "b"}, headers=headers), 415)
            answer = person.client.post(
                target, json={"unknown": "swordfish"}, headers=headers
            )
            problem(answer, 422)
            assert "swordfish" not in answer.text
            problem(person.client.get(target, headers=headers), 405)


def test_each_sees_only_what_is_theirs(service: Service, person: Person) -> None:
    other = Person(service)
    other.join()
    mine, theirs = person.api(), other.api()
    item = mine.create(name=(name := fresh_name("Mine")))
    path = f"{ITEMS}/{item['id']}"
    assert mine.get(path).json() == item
    problem(theirs.get(path), 404)
    problem(theirs.patch(path, json={"price": 1}), 404)
    problem(theirs.delete(path), 404)
    assert theirs.walk() == []
    assert theirs.create(name=name)["name"] == name
    problem(mine.post(ITEMS, json={"name": name, "price": 1}), 409)
    assert mine.walk() == [item]
    problem(mine.post(ITEMS, json={"name": "x", "price": 1, "owner_id": "1"}), 422)


@pytest.mark.database
def test_only_staff_see_what_has_no_owner(
    disposable: Disposable, conventions: Conventions
) -> None:
    person, admin_user = Person(disposable.service), Person(disposable.service)
    person.join()
    disposable.service.project.poe(
        "create-admin",
        admin_user.email,
        typed=f"{PASSWORD}\n",
        DATABASE_URL=disposable.database.url,
    )
    item = person.api().create()
    disposable.database.execute(conventions.remove_owners_sql)
    assert person.api().walk() == []
    path = f"{ITEMS}/{item['id']}"
    problem(person.api().get(path), 404)
    staff = admin_user.api()
    assert staff.get(ME).json()["is_staff"]
    assert [each["id"] for each in staff.walk()] == [item["id"]]
    assert staff.patch(path, json={"price": 2}).status_code == 200


def test_the_command_for_staff_refuses_in_a_sentence(
    service: Service, database: Database
) -> None:
    for address, password in (("nobody", PASSWORD), (fresh_email(), "password")):
        with pytest.raises(AssertionError, match="ended with 1") as refused:
            service.project.poe(
                "-q",
                "create-admin",
                address,
                typed=f"{password}\n",
                DATABASE_URL=database.url,
            )
        assert "Traceback" not in str(refused.value)


def test_security_events_are_logged_and_secrets_are_not(disposable: Disposable) -> None:
    person = Person(disposable.service)
    person.join()
    person.client.headers["X-Request-ID"] = "security"
    pair = person.sign_in()
    person.token(OTHER)
    person.call("reset", email=person.email)
    mailed = code(person.mail())
    person.call("reset/confirm", token=mailed, password=OTHER)
    for _ in range(30):
        if person.token("wrong again").status_code == 429:
            break
    wanted = {"signed_in", "sign_in_failed", "password_reset", "throttled"}
    entries = log_entries(disposable.service, "security", 18)
    assert wanted <= {entry["event"] for entry in entries}
    failed = next(entry for entry in entries if entry["event"] == "sign_in_failed")
    assert failed["client"] == person.client.headers["X-Forwarded-For"]
    json_lines(disposable.service)
    for secret in (
        PASSWORD,
        OTHER,
        SECRET,
        mailed,
        pair["access_token"],
        pair["refresh_token"],
        person.email,
    ):
        assert secret not in disposable.service.output


def test_mail_is_in_order(person: Person, conventions: Conventions) -> None:
    person.call("reset", email=person.email)
    mail = person.mail()
    assert mail["From"]
    assert mail["Date"]
    assert mail["Message-ID"]
    assert mail["Subject"]
    kinds = [part.get_content_type() for part in mail.walk()]
    assert tuple(kinds) == conventions.email_parts
    assert media_type(person.call("confirm", token="x")) != "text/html"  # noqa: S106


def test_a_mail_server_that_is_gone_changes_no_answer(
    service_without_mail_server: Service,
) -> None:
    person = Person(service_without_mail_server)
    body = {"email": person.email, "password": PASSWORD}
    assert person.call("register", **body).status_code == 202
    assert person.call("reset", email=person.email).status_code == 202
    assert person.client.get("/healthz").status_code == 200
