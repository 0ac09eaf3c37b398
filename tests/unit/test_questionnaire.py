"""The questions, asked by Trivet as Copier asks them."""

import random
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from copier import Settings, run_copy

from selector.errors import UserError
from selector.template.questionnaire import (
    Answers,
    InvalidAnswerError,
    Prompt,
    Questionnaire,
)
from selector.template.source import PackageTree
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def questions_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a template that only has questions, which Copier renders quickly."""
    folder = tmp_path_factory.mktemp("questions")
    shutil.copy(ROOT / "copier.yml", folder)
    shutil.copytree(ROOT / "questions", folder / "questions")
    recommendation = Path("src", "selector", "recommendation")
    (folder / recommendation).mkdir(parents=True)
    files = (ROOT / recommendation).iterdir()
    for file in (file for file in files if file.suffix in {".yml", ".jinja"}):
        shutil.copy(file, folder / recommendation)
    for framework in ("django", "flask", "fastapi"):
        (folder / "template" / framework).mkdir(parents=True)
    return folder


def answer_with_copier(
    template: Path, destination: Path, data: Mapping[str, Any]
) -> dict[str, Any]:
    worker = run_copy(
        str(template),
        destination,
        data=dict(data),
        defaults=True,
        quiet=True,
        pretend=True,
        unsafe=False,
        settings=Settings(),
    )
    combined = worker.answers.combined
    # Copier knows where it renders from; `trivet new` passes that on.
    keys = worker.template.questions_data.keys() - {"template_source"}
    return {key: combined[key] for key in keys}


def without_source(answers: Answers) -> dict[str, Any]:
    return {k: v for k, v in answers.all.items() if k != "template_source"}


EXAMPLES: list[dict[str, Any]] = [
    {},
    {"known_framework": "django"},
    {"known_framework": "fastapi", "features": "[api, pages]", "customise": "yes"},
    {"features": []},
    {"use_case": "prototype", "customise": True, "licence": "mit"},
    {"project_name": 'Ärger & "Söhne": #1', "use_case": "education"},
    {"project_name": "Flask", "framework": "fastapi"},
    {"project_name": "Заказы"},
    {"project_name": "製品"},
    {"use_case": "cms", "features": ["mail", "cms", "api"], "database": "postgresql"},
]


def some_answers(count: int) -> list[dict[str, Any]]:
    chance = random.Random(20261122)  # noqa: S311 - not for secrets
    model = Questionnaire(PackageTree()).model
    return [
        {
            name: chance.sample(list(model.features), chance.randrange(5))
            if name == "features"
            else chance.choice(list(criterion.answers))
            for name, criterion in model.criteria.items()
        }
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    "data",
    [
        *EXAMPLES,
        *some_answers(4),
        *(pytest.param(data, marks=pytest.mark.slow) for data in some_answers(20)[4:]),
    ],
)
def test_copier_and_trivet_reach_the_same_answers(
    data: dict[str, Any],
    questions_only: Path,
    tmp_path: Path,
) -> None:
    questions = Questionnaire(PackageTree())
    questions.set_folder_name("garden-club_api")
    answers = questions.answer(data)
    expected = answer_with_copier(questions_only, tmp_path / "garden-club_api", data)
    assert without_source(answers) == expected


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("garden-club", "Garden Club"),
        ("parcel_API", "Parcel API"),
        ("My Service", "My Service"),
        ("книги", "Книги"),
        ("a{b}", "A B"),
        ("---", "My Service"),
        ("", "My Service"),
        ("a\u202eb", "My Service"),
        ("x" * 80, "X" + "x" * 59),
    ],
)
def test_the_name_is_proposed_from_the_folder(folder: str, name: str) -> None:
    questionnaire = Questionnaire(PackageTree())
    questionnaire.set_folder_name(folder)
    assert questionnaire.answer({}).given["project_name"] == name


def test_a_feature_that_not_every_framework_has_is_marked() -> None:
    def labels(known_framework: str) -> dict[str, str]:
        found = {}

        def ask(prompt: Prompt) -> Any:  # noqa: ANN401
            if prompt.name == "features":
                found.update({c.value: c.title for c in prompt.choices})
            return prompt.default

        Questionnaire(PackageTree()).answer({"known_framework": known_framework}, ask)
        return found

    model = Questionnaire(PackageTree()).model
    by_known = {known: labels(known) for known in ("none", *model.frameworks)}
    for feature in model.features:
        having = [
            key
            for key, available in model.available_features.items()
            if feature in available
        ]
        advice = by_known["none"][feature]
        assert advice.endswith(" only)") == (0 < len(having) < len(model.frameworks))
        assert advice.endswith("(not available yet)") == (not having)
        for framework, details in model.frameworks.items():
            mark = f"(not available with {details.title})"
            expected = bool(having) and framework not in having
            assert by_known[framework][feature].endswith(mark) == expected


def test_what_a_framework_lacks_is_marked_where_it_is_chosen() -> None:
    questionnaire = Questionnaire(PackageTree())
    choices = {}

    def ask(prompt: Prompt) -> Any:  # noqa: ANN401
        if prompt.name == "framework":
            choices.update({c.value: c.title for c in prompt.choices})
        return prompt.default

    data = {"use_case": "social_network"}
    features = questionnaire.answer(data, ask).given["features"]
    for framework, available in questionnaire.model.available_features.items():
        missing = [feature for feature in features if feature not in available]
        assert ("(without " in choices[framework]) == bool(missing)
        for feature in missing[:4]:
            assert feature in choices[framework]


@pytest.mark.parametrize("data", EXAMPLES[2:5])
def test_copier_keeps_the_answers_that_trivet_passes(
    data: dict[str, Any],
    questions_only: Path,
    tmp_path: Path,
    questionnaire: Questionnaire,
) -> None:
    answers = questionnaire.answer(data)
    passed_on = answer_with_copier(questions_only, tmp_path / "x", answers.given)
    assert passed_on == without_source(answers)


def test_the_answers_that_were_changed_are_enough_to_repeat_it(
    questionnaire: Questionnaire,
) -> None:
    data = {"use_case": "cms", "features": "pages,mail", "size": "no_preference"}
    answers = questionnaire.answer(data)
    assert answers.changed == {"use_case": "cms", "features": ["pages", "mail"]}
    assert questionnaire.answer(answers.changed).all == answers.all


@pytest.mark.parametrize(
    ("known", "most"), [("none", 12), ("django", 5), ("flask", 5), ("fastapi", 5)]
)
def test_few_questions_are_asked(
    known: str, most: int, questionnaire: Questionnaire
) -> None:
    asked = []

    def ask(prompt: Any) -> Any:  # noqa: ANN401
        asked.append(prompt.name)
        return known if prompt.name == "known_framework" else prompt.default

    questionnaire.answer({}, ask)
    assert len(asked) <= most
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ("api,pages", ["pages", "api"]),
        (" api , pages ", ["pages", "api"]),
        ("[api, pages]", ["pages", "api"]),
        ("['api']", ["api"]),
        ("api", ["api"]),
        ("[]", []),
        ("", []),
        (["api", "api"], ["api"]),
    ],
)
def test_lists_are_written_with_commas_or_as_yaml(
    features: object, expected: list[str], questionnaire: Questionnaire
) -> None:
    assert questionnaire.answer({"features": features}).given["features"] == expected


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            {"use_case": "apis"},
            "use_case: `apis` is not a valid answer. Did you mean `api`?",
        ),
        ({"use_case": "zzz"}, "Choose from: api, small_web_app, "),
        ({"size": ["small"]}, "size: Enter one value."),
        ({"size": None}, "size: Enter one value."),
        ({"features": "api,graphql"}, "features: `graphql` is not a valid answer."),
        ({"features": "[api"}, "features: Enter a list, such as api,pages"),
        ({"features": 3}, "features: Enter a list"),
        ({"customise": "perhaps"}, "customise: Answer yes or no."),
        ({"database": "oracle"}, "Choose from: sqlite, postgresql, mysql."),
        ({"project_name": ""}, "project_name: Give the service a name"),
        ({"project_name": "  "}, "project_name: Give the service a name"),
        ({"project_name": "x" * 200}, "at most 60 characters"),
        ({"project_name": "🎉🎊"}, "at least one letter or digit"),
        ({"project_name": "../../etc"}, "Leave these characters out"),
        ({"project_name": "{{ 7*7 }}"}, "Leave these characters out"),
        ({"project_name": "{% raw %}"}, "Leave these characters out"),
        ({"project_name": "a\nb"}, "Leave line breaks and invisible characters out"),
        ({"project_name": "a\u202eb"}, "Leave line breaks and invisible characters"),
        ({"project_name": " a"}, "Leave out the space"),
        (
            {"known_framework": "flask", "features": "cms"},
            "is not possible with the other answers",
        ),
        ({"framework": "flask", "use_case": "ecommerce"}, "no maintained shop"),
    ],
)
def test_an_invalid_answer_is_refused_at_its_question(
    data: dict[str, Any], sentence: str, questionnaire: Questionnaire
) -> None:
    with pytest.raises(InvalidAnswerError) as refusal:
        questionnaire.answer(data)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("use_cse", "There is no question `use_cse`. Did you mean `use_case`?"),
        ("frameworks", "Did you mean `framework`?"),
        ("qqq", "The questions are: project_name, known_framework, "),
        ("_commit", "There is no question `_commit`."),
        ("project_slug", "computed from the answers"),
        ("criteria", "computed from the answers"),
    ],
)
def test_an_unknown_key_is_refused(
    key: str, sentence: str, questionnaire: Questionnaire
) -> None:
    with pytest.raises(UserError) as refusal:
        questionnaire.check_keys([key])
    assert sentence in str(refusal.value)


def test_an_answer_that_a_later_one_may_allow_is_not_refused_early(
    questionnaire: Questionnaire,
) -> None:
    # The features of a shop are only its default: they can still be taken away.
    questionnaire.check({"framework": "flask", "use_case": "ecommerce"})
    with pytest.raises(InvalidAnswerError):
        questionnaire.check({"framework": "bottle"})


@pytest.mark.parametrize(
    ("name", "slug", "literal"),
    [
        ("My Service", "my-service", '"My Service"'),
        ("class", "class-service", '"class"'),
        ("Flask", "flask-service", '"Flask"'),
        ("Click", "click-service", '"Click"'),
        ("Café №1", "cafe-1-service", '"Café №1"'),
        ("Cafe\u0301s", "cafes-service", '"Cafe\u0301s"'),
        ("Größe", "groesse-service", '"Größe"'),
        ("Заказы Київ", "zakazy-kiiv-service", '"Заказы Київ"'),
        ("Αθήνα", "athina-service", '"Αθήνα"'),
        ("サービス 1", "my-c93b9b20-service", '"サービス 1"'),
        ('"; rm -rf', "rm-rf-service", "'\"; rm -rf'"),
        ('It\'s: #1 & "two"', "it-s-1-two-service", "'It\\'s: #1 & \"two\"'"),
    ],
)
def test_a_name_is_made_safe(
    name: str, slug: str, literal: str, questionnaire: Questionnaire
) -> None:
    computed = questionnaire.answer({"project_name": name}).computed
    assert computed["project_slug"] == slug
    assert computed["project_name_literal"] == literal


@pytest.mark.parametrize(
    ("name", "folder", "slug"),
    [
        ("サービス", "orders", "orders-service"),
        ("Orders 注文", "orders-api", "orders-api-service"),
        ("Orders", "x", "orders-service"),
    ],
)
def test_the_slug_of_a_name_in_another_alphabet_is_made_from_the_folder(
    name: str, folder: str, slug: str
) -> None:
    questions = Questionnaire(PackageTree())
    questions.set_folder_name(folder)
    assert questions.answer({"project_name": name}).computed["project_slug"] == slug


def test_two_names_in_another_alphabet_have_two_slugs(
    questionnaire: Questionnaire,
) -> None:
    slugs = {
        questionnaire.answer({"project_name": name}).computed["project_slug"]
        for name in ("サービス", "製品", "サービス 1", "製品 1")
    }
    assert len(slugs) == 4


class _Files:
    def __init__(self, **files: str) -> None:
        self.files = {f"{name}.yml": text for name, text in files.items()}

    def read(self, path: str) -> str | None:
        return self.files.get(path)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "no copier.yml"),
        ({"copier": "a: [1"}, "copier.yml is not valid YAML"),
        ({"copier": "- a"}, "copier.yml has other content than lines such as"),
        ({"copier": "1: a"}, "copier.yml has other content than lines such as"),
        ({"copier": "a: {type: str}"}, "this is not a template of Trivet"),
        ({"copier": "--- !include other.yml"}, "other.yml, which does not exist"),
        ({"copier": "--- !include b.yml", "b": "x: ["}, "b.yml is not valid YAML"),
        ({"copier": "--- !include 'q/*.yml'"}, "does not support the pattern q/"),
    ],
)
def test_a_folder_without_a_template_is_refused(
    files: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        Questionnaire(_Files(**files))


CRITERIA = "\ncriteria: {type: yaml, when: false, default: []}\n"
STRICT = "undefined: jinja2.StrictUndefined"


def answer_questions(questions: str, answers: dict[str, object]) -> Answers:
    """Answer the questions of a template that has these and no others."""
    text = f"_envops: {{{STRICT}}}\n{questions}{CRITERIA}"
    questionnaire = Questionnaire(_Files(copier=text))
    given = questionnaire.answer(answers)
    questionnaire.list_asked_questions(given)
    return given


@pytest.mark.parametrize(
    ("question", "feature"),
    [
        # Types
        ("q: {type: int, default: 1}", "the question `q` without a type of bool, str"),
        ("q: {type: float, default: 1}", "the question `q` without a type of bool"),
        ("q: {type: path, default: x}", "the question `q` without a type of bool"),
        ("q: {type: json, default: x}", "the question `q` without a type of bool"),
        ("q: {type: yaml, default: x}", "the question `q` without a type of bool"),
        ("q: {default: 1}", "the question `q` without a type of bool"),
        ("q: {type: '{{ kind }}', default: x}", "the question `q` without a type"),
        (
            "q: {type: int, when: false, default: 1}",
            "the question `q` without a type of bool, json, str, yaml",
        ),
        ("q: text", "the short form of the question `q`"),
        # Choices
        ("q: {type: str, default: a, choices: [a, b]}", "a list of choices"),
        ("q: {type: str, default: a, choices: [[A, a]]}", "a list of choices"),
        ("q: {type: str, default: a, choices: '[a, b]'}", "a list of choices"),
        ("q: {type: bool, default: a, choices: {A: a}}", "choices that are no texts"),
        ("q: {type: str, default: a, choices: {A: 1}}", "a choice in `q` that is no"),
        (
            "q: {type: str, default: a, choices: {A: {value: a, when: x}}}",
            "these keys of a choice",
        ),
        (
            "q: {type: str, default: a, choices: {A: {validator: x}}}",
            "these keys of a choice",
        ),
        (
            "q: {type: str, default: a, choices: {A: {value: a, validator: true}}}",
            "a choice in `q` that is no text",
        ),
        (
            "q: {type: str, default: a, choices: {A: a, B: a}}",
            "two choices with the same value",
        ),
        ("q: {type: str, default: a, multiselect: '{{ x }}'}", "a condition as `mul"),
        ("q: {type: str, default: a, multiselect: true}", "`multiselect` without"),
        # Other keys
        ("q: {type: str, default: a, when: '{{ x }}'}", "a condition as `when`"),
        ("q: {type: str, default: a, ask: [a]}", "`ask` in the question `q` that is"),
        ("q: {type: str, default: a, ask: maybe}", "`ask` in the question `q` that is"),
        ("q: {type: str, default: a, help: 1}", "`help` in the question `q` that is"),
        ("q: {type: str, default: a, validator: 1}", "`validator` in the question `q`"),
        ("q: {type: str}", "the question `q` without a default"),
        ("q: {type: str, default: a, secret: true}", "the key `secret`"),
        ("q: {type: str, default: a, multiline: true}", "the key `multiline`"),
        ("q: {type: str, default: a, placeholder: b}", "the key `placeholder`"),
        ("q: {type: str, default: a, qmark: '!'}", "the key `qmark`"),
        ("now: {type: str, default: a}", "a question that is called `now`"),
        # Variables
        ("q: {type: str, default: '{{ UNSET }}'}", "the variable `UNSET`"),
        (
            "q: {type: str, default: \"{{ _copier_conf.os | default('x') }}\"}",
            "the variable `_copier_conf`",
        ),
        (
            "q: {type: str, default: a, validator: '{{ now is defined }}'}",
            "the variable `now`",
        ),
        # Settings
        ("_jinja_extensions: [a.B]", "the setting `_jinja_extensions`"),
        ("_external_data: {a: b.yml}", "the setting `_external_data`"),
        ("_secret_questions: [q]", "the setting `_secret_questions`"),
        ("_tasks: [echo]", "the setting `_tasks`"),
        ("_migrations: [echo]", "the setting `_migrations`"),
        ("_brand_new: 1", "the setting `_brand_new`"),
        ("_answers_file: answers.yml", "another `_answers_file`"),
    ],
)
def test_features_of_copier_that_are_not_evaluated_are_rejected(
    question: str, feature: str
) -> None:
    with pytest.raises(UserError) as rejection:
        answer_questions(question, {"q": "a"} if "choices" in question else {})
    assert f"trivet does not support {feature}" in str(rejection.value)
    assert "Render this template with `copier copy`." in str(rejection.value)


def test_choices_that_are_not_valid_yaml_are_reported_in_a_sentence() -> None:
    question = "q: {type: str, default: a, choices: '{{ \"{\" }}'}"
    with pytest.raises(UserError) as rejection:
        answer_questions(question, {})
    expected = "copier.yml: `choices` of the question `q` is not valid YAML: "
    assert str(rejection.value).startswith(expected)


@pytest.mark.parametrize(
    ("envops", "feature"),
    [
        ("", "templates without `_envops`"),
        ("_envops: {trim_blocks: true}", "`_envops` without `undefined: jinja2.Strict"),
        ("_envops: {undefined: jinja2.Undefined}", "`_envops` without `undefined: "),
        *(
            (f"_envops: {{{STRICT}, {option}: '<'}}", f"`{option}` in `_envops`")
            for option in (
                "block_end_string",
                "block_start_string",
                "comment_start_string",
                "line_comment_prefix",
                "line_statement_prefix",
                "newline_sequence",
                "variable_start_string",
            )
        ),
    ],
)
def test_other_settings_of_jinja_are_rejected(envops: str, feature: str) -> None:
    with pytest.raises(UserError) as rejection:
        Questionnaire(_Files(copier=envops + CRITERIA))
    assert f"trivet does not support {feature}" in str(rejection.value)


@pytest.mark.parametrize(
    "question",
    [
        "q: {type: str, default: '{{ unknown }}'}",
        "q: {type: str, default: '{{ 1 | no_such_filter }}'}",
        "q: {type: str, default: '{% yield x from y %}'}",
        "q: {type: str, default: '{{ 1 / 0 }}'}",
        "q: {type: str, default: a, validator: '{{ q.__class__.__mro__ }}'}",
        "q: {type: str, default: a, validator: '{% if %}'}",
        "q: {type: json, when: false, default: '[1'}",
    ],
)
def test_a_template_that_cannot_be_evaluated_is_reported(question: str) -> None:
    with pytest.raises(UserError, match=r"^copier.yml: the \w+ `q` is invalid: "):
        answer_questions(question, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("yes", True), ("2.5", True), ("~", False), ("0", False), ("", False)],
)
def test_a_truth_value_is_read_as_copier_reads_it(text: str, expected: object) -> None:
    question = "q: {type: bool, default: false}"
    assert answer_questions(question, {"q": text}).given["q"] is expected


def test_the_members_of_a_list_stay_texts() -> None:
    choices = "choices: {A: 'yes', B: '007', C: '1.0'}"
    question = f"q: {{type: str, multiselect: true, default: [], {choices}}}"
    given = answer_questions(question, {"q": "[yes, 007, '1.0']"}).given
    assert given == {"q": ["yes", "007", "1.0"]}


def test_no_project_has_the_name_of_a_dependency(
    questionnaire: Questionnaire,
) -> None:
    named = set()
    for file in (ROOT / "template").glob("*/pyproject.toml.jinja"):
        in_list = False
        for line in file.read_text("utf-8").splitlines():
            if line.rstrip().endswith("= ["):
                in_list = line.startswith(("dependencies", "dev", "build"))
            elif in_list and line.strip().startswith('"'):
                name = line.strip(' ",').split("[")[0]
                named.add(name.split(">")[0].split("=")[0].split("<")[0].strip())
            elif line.strip() == "]":
                in_list = False
    assert named, "the templates name what they depend on"
    for name in named:
        answers = questionnaire.answer({"project_name": name})
        assert answers.computed["project_slug"] != name.lower()


def test_no_question_is_wider_than_a_terminal(questionnaire: Questionnaire) -> None:
    def ask(prompt: Prompt) -> Any:  # noqa: ANN401
        texts = [*prompt.message.splitlines(), *(c.title for c in prompt.choices)]
        assert max(map(len, texts)) <= 76, prompt.name
        return True if prompt.name == "customise" else prompt.default

    questionnaire.answer({}, ask)


@pytest.mark.parametrize("data", some_answers(30))
def test_the_help_for_the_framework_fits_a_small_terminal(
    data: dict[str, Any], questionnaire: Questionnaire
) -> None:
    seen = {}

    def ask(prompt: Prompt) -> Any:  # noqa: ANN401
        seen[prompt.name] = prompt.message
        return prompt.default

    questionnaire.answer(data, ask)
    lines = seen["framework"].splitlines()
    assert len(lines) <= 16
    assert max(map(len, lines)) <= 76
    assert lines[0].startswith(("Recommended: ", "A tie between "))
