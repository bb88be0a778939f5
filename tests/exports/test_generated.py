"""2,000 exports from a grammar of real quirks: what is said of them is right, or said to be uncertain.

Each file has an encoding, a separator, headers of a product in a language, rows of one kind, nesting, titles above the
header, blank lines, unquoted or quoted fields, and names with every kind of fault. Whatever is found is looked up in
what was generated, not in what was read.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from app.exports.columns import ColumnRole as Role
from app.exports.groups_check import LONGEST_DN, GroupIssue, GroupReport, GroupsCheck
from app.exports.kinds import ExportKind, Recognized, recognize
from app.exports.rows import ExportRows
from app.exports.shape import FileShape, look_at
from app.text.legible import legible
from app.text.similar import key

if TYPE_CHECKING:
    from pathlib import Path

FILES: Final = 2000
PARTS: Final = 20

GROUPS, USERS, MEMBERS, MIXED = ExportKind.GROUPS, ExportKind.USERS, ExportKind.MEMBERS, ExportKind.MIXED

# Headers by kind: name, what numbers the groups (or nothing), and the others. "=" in front marks the member, "~" the
# type of the row, "^" the parent.
HEADERS: Final[dict[ExportKind, list[tuple[str, list[tuple[str, str, list[str]]]]]]] = {
    GROUPS: [
        (
            "en",
            [("Display name", "Object ID", ["Group type", "Membership type"]), ("displayName", "id", ["groupTypes"])],
        ),
        ("en", [("Name", "", ["GroupScope", "GroupCategory"]), ("cn", "objectGUID", ["groupType", "^memberOf"])]),
        ("en", [("Group Name", "Group ID", ["Description"]), ("Group Name", "Group Email [Required]", [])]),
        ("de", [("Anzeigename", "Objekt-ID", ["Gruppentyp"]), ("Gruppenname", "", ["Beschreibung", "Gruppentyp"])]),
        ("fr", [("Nom d'affichage", "ID d'objet", ["Type de groupe"]), ("Nom du groupe", "", ["Description"])]),
        ("es", [("Nombre para mostrar", "Id. de objeto", ["Tipo de grupo"]), ("Nombre del grupo", "", [])]),
        ("pl", [("Nazwa wyświetlana", "Identyfikator obiektu", ["Typ grupy"]), ("Nazwa grupy", "", ["Opis"])]),
        ("ja", [("表示名", "オブジェクト ID", ["グループの種類"]), ("グループ名", "", ["説明"])]),
        ("zh", [("显示名称", "对象 ID", ["组类型"]), ("组名称", "", [])]),
        ("ru", [("Имя группы", "", ["Описание"])]),
        ("ko", [("그룹 이름", "", ["Description"])]),
    ],
    USERS: [
        (
            "en",
            [("displayName", "", ["userPrincipalName", "givenName"]), ("Display Name", "", ["Login Name", "Email"])],
        ),
        ("de", [("Anzeigename", "", ["Benutzerprinzipalname", "Vorname"])]),
        ("fr", [("Nom d'affichage", "", ["Nom d'utilisateur principal"])]),
        ("es", [("Nombre para mostrar", "", ["Nombre principal de usuario"])]),
        ("pl", [("Nazwa wyświetlana", "", ["Nazwa główna użytkownika"])]),
        ("ja", [("表示名", "", ["ユーザー プリンシパル名"])]),
    ],
    MEMBERS: [
        ("en", [("Group Name", "Group ID", ["=Okta username"]), ("GroupName", "", ["=UserName", "Email"])]),
        ("en", [("Group", "", ["=User"]), ("GroupDisplayName", "", ["=MemberDisplayName", "MemberObjectType"])]),
        ("en", [("Group", "", ["=Name", "SamAccountName"]), ("Group Name", "", ["=Member Name"])]),
        ("de", [("Gruppe", "", ["=Mitglied"]), ("Gruppenname", "", ["=Benutzername"])]),
        ("fr", [("Groupe", "", ["=Membre"]), ("Nom du groupe", "", ["=Nom du membre"])]),
        ("es", [("Grupo", "", ["=Miembro"])]),
        ("pl", [("Grupa", "", ["=Użytkownik"])]),
        ("ja", [("グループ名", "", ["=メンバー名"])]),
    ],
    MIXED: [
        ("en", [("Name", "", ["~Type", "Description"])]),
        ("de", [("Name", "", ["~Typ", "Beschreibung"])]),
        ("fr", [("Nom", "", ["~Type", "Description"])]),
        ("pl", [("Nazwa", "", ["~Typ", "Opis"])]),
        ("ja", [("名前", "", ["~種類", "説明"])]),
    ],
}
WORDS: Final = {
    "en": "Sales|Finance|Human Resources|IT Support|Developers|Warehouse|Board|Marketing|All Staff|Contractors",
    "de": "Vertrieb Süd|Geschäftsführung|Einkauf|Führungskräfte|Prüfung Köln|Straßenbau|Qualität|Lager Düsseldorf",
    "fr": "Équipe Réseau|Comptabilité|Système d'information|Direction générale|Élèves|Sécurité|Trésorerie|Achats",
    "es": "Administración|Dirección|Compañía|Logística|Educación|Diseño|Jurídico|Atención al cliente",
    "pl": "Sprzedaż|Księgowość|Użytkownicy VPN|Zarząd|Łódź|Gdańsk|Obsługa klienta|Zespół projektowy",
    "ja": "営業部|経理部|人事部|開発グループ|東京支社|システム部|品質管理|情報システム",
    "zh": "销售部|财务部|人力资源部|研发中心|北京分公司|信息技术部|采购|质量管理",
    "ru": "Продажи|Бухгалтерия|Отдел кадров|Руководство|Москва|Закупки|Логистика|Безопасность",
    "ko": "영업부|경리팀|인사부|개발팀|서울지사|전체직원|품질관리|총무부",
}
CODE_PAGES: Final = {
    "en": ("cp1252",),
    "de": ("cp1252", "cp850"),
    "fr": ("cp1252",),
    "es": ("cp1252",),
    "pl": ("cp1250", "cp852"),
    "ja": ("cp932",),
    "zh": ("cp936",),
    "ru": ("cp1251", "cp866"),
    "ko": ("cp949",),
}
TYPES: Final = {
    "en": ("Security Group - Global", "User", "Computer"),
    "de": ("Sicherheitsgruppe - Global", "Benutzer", "Computer"),
    "fr": ("Groupe de sécurité - Global", "Utilisateur", "Ordinateur"),
    "pl": ("Grupa zabezpieczeń - Globalna", "Użytkownik", "Komputer"),
    "ja": ("セキュリティ グループ - グローバル", "ユーザー", "コンピューター"),
}
ACCOUNTS: Final = (
    *("userPrincipalName", "Login Name", "SamAccountName", "Email", "Benutzerprinzipalname", "ユーザー プリンシパル名"),
    *("Nom d'utilisateur principal", "Nombre principal de usuario", "Nazwa główna użytkownika"),
)
"""Headers of columns with names at sign-in or addresses."""
FAULTS: Final = (" & Co", " <alt>", '"', "'s", "\\x", " ", "\u200b", "  2", " x" * 30)
TITLES: Final = ("Group report", "Created 2026-11-30 by script", "Bericht;", "")


@dataclass(frozen=True)
class Generated:
    """A file and what is in it."""

    data: bytes
    kind: ExportKind
    language: str
    names: dict[int, str]
    """Row as a spreadsheet counts → name of the group or user."""
    numbers: dict[int, str]
    """Row → what numbers the group, if anything does."""
    groups: set[int]
    """The rows that are groups, or belong to one."""
    parents: dict[int, str]
    encoding: str


def generate(dice: random.Random) -> Generated:
    kind = dice.choice([GROUPS, GROUPS, GROUPS, USERS, MEMBERS, MEMBERS, MIXED])
    language, forms = dice.choice(HEADERS[kind])
    name, number, others = dice.choice(forms)
    words = WORDS[language].split("|")
    headers = [name, *([number] if number else []), *others]
    dice.shuffle(headers)
    separator = dice.choice([",", ";", "\t", "|"]) if kind is not MIXED or dice.random() < 0.5 else "\t"
    titles = [dice.choice(TITLES).replace(";", separator) for _ in range(dice.choice([0, 0, 0, 1, 3]))]
    lines: list[list[str]] = []
    names: dict[int, str] = {}
    numbers: dict[int, str] = {}
    groups: set[int] = set()
    parents: dict[int, str] = {}
    row = len(titles) + 1
    members = 0
    pool = [dice.choice(words) + (dice.choice(FAULTS) if dice.random() < 0.25 else "") for _ in range(12)]
    pool += [dice.choice(words).upper() for _ in range(2)] + [each + f" {at}" for at, each in enumerate(words)]
    blanks = dice.random() < 0.1
    per_group = dice.choice([2, 3, 5])
    amount = dice.choice([4, 8, 25])
    for at in range(amount):
        row += 1
        if blanks and dice.random() < 0.1:
            lines.append([])
            continue
        group = pool[(at // per_group if kind is MEMBERS else at) % len(pool)]
        is_group = kind is not USERS and (kind is not MIXED or at % 2 == 0)
        cells = {}
        for header in headers:
            if header == name:
                cells[header] = group if is_group else f"Ann Lee {at}"
            elif header == number:
                cells[header] = (
                    f"g{at // per_group if kind is MEMBERS else at}@e.com"
                    if "mail" in number
                    else f"id-{at // per_group if kind is MEMBERS else at}"
                )
            elif header.startswith("="):
                members += 1
                cells[header] = f"user{members}"
            elif header.startswith("~"):
                cells[header] = TYPES[language][0 if is_group else dice.choice([1, 2])]
            elif header.startswith("^"):
                cells[header] = dice.choice(["", "CN=Missing Parent,OU=Groups,DC=e", f"CN={words[0]} 0,DC=e"])
                parents[row] = cells[header]
            elif header in ACCOUNTS:
                cells[header] = f"user{at}@example.com"
            elif header == "MemberObjectType":
                cells[header] = "User"
            else:
                cells[header] = dice.choice(["", "Security", "text, with commas", "Assigned"])
        names[row] = cells[name]
        numbers[row] = cells.get(number, "")
        if is_group:
            groups.add(row)
        lines.append([cells[header] for header in headers])
    text = io.StringIO()
    out = csv.writer(
        text,
        delimiter=separator,
        lineterminator=dice.choice(["\r\n", "\n"]),
        quoting=dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    out.writerows([each] if each else [] for each in titles)
    out.writerow([header.lstrip("=~^") for header in headers])
    out.writerows(lines)
    encodings = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", *CODE_PAGES[language]]
    encoding = dice.choice(encodings)
    try:
        data = text.getvalue().encode(encoding)
    except UnicodeEncodeError:
        encoding = "utf-8"
        data = text.getvalue().encode(encoding)
    return Generated(data, kind, language, names, numbers, groups, parents, encoding)


def read(path: Path) -> tuple[FileShape, Recognized, GroupReport | None]:
    """As the process does it, without the process."""
    with path.open("rb") as source:
        shape = look_at(source, path.stat().st_size, lambda _read: None)
        found = recognize(shape)
        if Role.NAME not in found.roles or found.kind is USERS:
            return shape, found, None
        judge = GroupsCheck(found.kind, found.roles, len(shape.columns))
        rows = ExportRows(source, shape, lambda _read: None)
        judge.survey(rows.all())
        judge.judge(rows.only)
        return shape, found, judge.report


def shows(made: Generated, row: int, issue: GroupIssue) -> bool:
    """Whether what was generated in that row has the fault."""
    name = made.names[row]
    number = made.numbers[row]
    earlier = [other for other in made.groups if other < row and (not number or made.numbers[other] != number)]
    match issue:
        case GroupIssue.SAME:
            return any(made.names[other] == name for other in earlier)
        case GroupIssue.ALIKE:
            return any(key(made.names[other]) == key(name) and made.names[other] != name for other in earlier)
        case GroupIssue.SIGNS:
            return bool(set(name) & set("\"'<>&"))
        case GroupIssue.QUOTING:
            return "\\" in name
        case GroupIssue.UNSEEN:
            return name != name.strip() or "\u200b" in name
        case GroupIssue.PARENT:
            return "Missing" in made.parents[row] or not any(
                made.names[each] == made.parents[row][3:].partition(",")[0] for each in made.groups
            )
        case GroupIssue.LONG_DN:
            return len(name) > LONGEST_DN
    return False


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_wrong_is_said_with_confidence(part: int, tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(part * FILES // PARTS, (part + 1) * FILES // PARTS):
        made = generate(random.Random(seed))
        path = tmp_path / "export.csv"
        path.write_bytes(made.data)
        shape, found, report = read(path)
        kind = report.kind if report is not None else found.kind
        sure = found.certain and kind is not ExportKind.UNKNOWN
        assert not sure or kind is made.kind, (seed, kind, shape.columns)
        outcomes["right kind"] += kind is made.kind
        text = made.data.decode(shape.encoding.name, "replace")
        right = text == made.data.decode(made.encoding)
        assert right or not shape.encoding.certain, (seed, shape.encoding, made.encoding)
        outcomes["right encoding"] += right
        if report is None or not right:
            continue
        for each in report.found:
            assert each.row in made.groups, (seed, each)
            assert each.name == legible(made.names[each.row], 200), (seed, each)
            assert shows(made, each.row, each.issue), (seed, each, shape.columns)
        if kind is made.kind and kind is not USERS:
            signs = {row for row in made.groups if set(made.names[row]) & set("\"'<>&")}
            shown = {made.names[each.row] for each in report.found if each.issue is GroupIssue.SIGNS}
            assert shown == {made.names[row] for row in signs}, (seed, "a fault was missed")
    assert outcomes["right kind"] * 100 >= FILES // PARTS * 93, "most are recognized"
    assert outcomes["right encoding"] * 100 >= FILES // PARTS * 97
