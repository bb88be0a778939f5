"""What an export is: the public reports of exports that were taken for another kind, and others like them.

The names are those of the cases in which the forms were seen (product and page or script beside each).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from app.exports.columns import ColumnRole as Role
from app.exports.columns import Subject, known, meaning, what
from app.exports.groups_check import GroupIssue
from app.exports.kinds import ExportKind
from app.exports.problems import FileProblem, Unusable
from app.exports.reading import Checked, ExportOrder, check
from app.exports.verdict import ExportVerdict, verdict

if TYPE_CHECKING:
    from pathlib import Path

GROUPS, USERS, MEMBERS = ExportKind.GROUPS, ExportKind.USERS, ExportKind.MEMBERS
MIXED, UNKNOWN = ExportKind.MIXED, ExportKind.UNKNOWN
GRAPH = "Microsoft.Graph.PowerShell.Models.MicrosoftGraphDirectoryObject[]"


@dataclass(frozen=True)
class Case:
    """A file and what is right."""

    text: str
    kind: ExportKind
    name: str | None = None
    """Header of the column of names."""
    groups: int | None = None
    """None where nothing is checked."""
    findings: dict[GroupIssue, int] = field(default_factory=dict)
    encoding: str = "utf-8"
    member: str | None = None
    skipped: int = 0


CASES = {
    # Entra ID, Microsoft 365, Exchange
    "G01 groups-bulk-download": Case(
        "Object ID,Display name,Mail,Group type,Membership type\r\n"
        "1,Sales,,Security,Assigned\r\n2,IT,,Security,Dynamic\r\n",
        GROUPS,
        "Display name",
        2,
        encoding="utf-8-sig",
    ),
    "G02": Case(
        '"id","displayName","mail","groupTypes"\n"1","Sales","",""\n"2","IT","",""\n', GROUPS, "displayName", 2
    ),
    "G04 groups-bulk-download-members": Case(
        "Object ID,User principal name,Display name,Member type\n1,a@e.com,Ann Lee,User\n2,b@e.com,Ann Lee,User\n",
        MEMBERS,
        member="User principal name",
    ),
    "G05f French labels": Case(
        "ID d'objet;Nom d'affichage;Courrier;Type de groupe\n"
        "1;\u00c9quipe;;S\u00e9curit\u00e9\n2;Achats;;S\u00e9curit\u00e9\n",
        GROUPS,
        "Nom d'affichage",
        2,
        encoding="cp1252",
    ),
    "G05s Spanish labels": Case(
        "Id. de objeto;Nombre para mostrar\n1;Direcci\u00f3n\n2;Compa\u00f1\u00eda\n",
        GROUPS,
        "Nombre para mostrar",
        2,
        encoding="cp1252",
    ),
    "G05g German report": Case(
        "Gruppenanzeigename,Gruppentyp,Mitgliederzahl\nVertrieb,Privat,4\n", GROUPS, "Gruppenanzeigename", 1
    ),
    "G05j Japanese report": Case(
        "\u30b0\u30eb\u30fc\u30d7\u8868\u793a\u540d,\u30e1\u30f3\u30d0\u30fc\u6570\n\u55b6\u696d,4\n",
        GROUPS,
        "\u30b0\u30eb\u30fc\u30d7\u8868\u793a\u540d",
        1,
        encoding="cp932",
    ),
    "G05p Polish": Case(
        "Nazwa grupy;Typ grupy\nKsi\u0119gowo\u015b\u0107;x\nSprzeda\u017c;x\n",
        GROUPS,
        "Nazwa grupy",
        2,
        encoding="cp1250",
    ),
    "G26 Exchange": Case(
        "Name,DisplayName,PrimarySmtpAddress\nsales,Sales,sales@e.com\nit,IT,it@e.com\n", UNKNOWN, "DisplayName", 2
    ),
    "G27 Get-MgGroup -All": Case(
        f"DisplayName,Id,MemberOf\nSales,1,{GRAPH}\nIT,2,{GRAPH}\n", GROUPS, "DisplayName", 2, {GroupIssue.TYPE_NAME: 1}
    ),
    "G29 users-bulk-download": Case(
        "userPrincipalName,displayName,surname,mail,givenName,objectId,userType\na@e.com,Ann,Lee,,Ann,1,Member\n",
        USERS,
        "displayName",
    ),
    "U-de Microsoft 365": Case(
        "Anzeigename;Benutzerprinzipalname;Vorname\nAnn Lee;a@e.com;Ann\n", USERS, "Anzeigename"
    ),
    "U-fr Microsoft 365": Case("Nom d'affichage,Nom d'utilisateur principal\nAnn,a@e.com\n", USERS, "Nom d'affichage"),
    # Okta
    "G06 rockstar": Case(
        "id,name,description,type\n00g1,Everyone,All users,BUILT_IN\n00g2,Sales,,OKTA_GROUP\n", GROUPS, "name", 2
    ),
    "G07 Group Membership report": Case(
        "Okta username,Group name\na@e.com,Sales\nb@e.com,Sales\nc@e.com,IT\na@e.com,IT\n",
        MEMBERS,
        "Group name",
        2,
        member="Okta username",
    ),
    "G07b with Group ID": Case(
        "Okta username,Group ID,Group name\na@e.com,1,Sales\nb@e.com,1,Sales\nc@e.com,2,Sales\n",
        MEMBERS,
        "Group name",
        2,
        {GroupIssue.SAME: 1},
        member="Okta username",
    ),
    "G18 exportGroups.js without quoting": Case(
        'id,name,description,type\n1,The "A" Team,x,OKTA_GROUP\n', GROUPS, "name", 1, {GroupIssue.SIGNS: 1}
    ),
    # Active Directory
    "G09 PowerShell 7": Case('"Name","GroupScope"\n"Sales","Global"\n"IT","Global"\n', GROUPS, "Name", 2),
    "G10 semicolons": Case("name;samaccountname\nSales;sales\nIT;it\n", UNKNOWN, "name", 2),
    "G10u -Encoding Unicode": Case("Name\tGroupCategory\nSales\tSecurity\n", GROUPS, "Name", 1, encoding="utf-16"),
    "G11 csvde": Case(
        'DN,objectClass,cn,member\n"CN=Sales,DC=e",group,Sales,"CN=a,DC=e;CN=b,DC=e"\n"CN=IT,DC=e",group,IT,\n',
        GROUPS,
        "cn",
        2,
    ),
    "G11x csvde with hexadecimal values": Case(
        "DN,objectClass,cn\n\"X'434e3d5ac3bc'\",group,X'5ac3bc726963682d5465616d'\n\"CN=IT\",group,IT\n",
        GROUPS,
        "cn",
        2,
    ),
    "G19 Get-ADGroup": Case(
        "Name,MemberOf\nSales,Microsoft.ActiveDirectory.Management.ADPropertyValueCollection\n",
        GROUPS,
        "Name",
        1,
        {GroupIssue.TYPE_NAME: 1},
    ),
    "G23d list of an OU, German": Case(
        "Name\tTyp\tBeschreibung\n"
        "Vertrieb\tSicherheitsgruppe - Global\t\nAnn Lee\tBenutzer\t\nPC\tComputer\t\nAnn Lee\tBenutzer\t\n",
        MIXED,
        "Name",
        1,
        encoding="utf-16",
    ),
    "G23e list of an OU, English": Case(
        "Name,Type,Description\nAnn,User,\nSales,Security Group - Global,\nx,Organizational Unit,\n", MIXED, "Name", 1
    ),
    "G23u only users in it": Case("Name,Type,Description\nAnn,User,\nAnn,User,\n", USERS, "Name"),
    "ADUser in front": Case(
        "#TYPE Microsoft.ActiveDirectory.Management.ADUser\nName,SamAccountName\nAnn,ann\nAnn,ann2\n", USERS, "Name"
    ),
    "ADGroup in front": Case(
        "#TYPE Selected.Microsoft.ActiveDirectory.Management.ADGroup\nName,SamAccountName\nSales,sales\n",
        GROUPS,
        "Name",
        1,
    ),
    "Get-ADUser": Case("DistinguishedName,Enabled,GivenName,Name,ObjectClass\nCN=A,True,Ann,Ann,user\n", USERS, "Name"),
    "M8 DisplayName is empty": Case(
        "MemberOf,CN,Description,DisplayName,Name\n,Sales,,,Sales\n,IT,,,IT\n", GROUPS, "Name", 2
    ),
    "M8b some have a DisplayName": Case(
        "CN,DisplayName,GroupScope\nsales,,Global\nit,IT,Global\nhr,,Global\n,,Global\n",
        GROUPS,
        "CN",
        4,
        {GroupIssue.EMPTY: 1},
    ),
    "G15q PowerShell 5.1": Case(
        "Name,GroupScope\nZ?rich,Global\nZ?rich,Global\n", GROUPS, "Name", 2, {GroupIssue.LOST: 2}
    ),
    "M6": Case("groupcategory,samaccountname\nSecurity,sales\nSecurity,it\n", GROUPS, "samaccountname", 2),
    # Google Workspace
    "G21 template of groups": Case(
        "Group Email [Required],Group Name\ns@e.com,Sales\ni@e.com,IT\n", GROUPS, "Group Name", 2
    ),
    "template of members": Case(
        "Group Email [Required],Member Email,Member Type,Member Role\n"
        "s@e.c,a@e.c,USER,MEMBER\ns@e.c,i@e.c,GROUP,MEMBER\n",
        MEMBERS,
        member="Member Email",
    ),
    "template of users": Case(
        "First Name [Required],Last Name [Required],Email Address [Required],Password [Required]\nAnn,Lee,a@e.c,*\n",
        USERS,
    ),
    "G25 number of members": Case("name,Members\nSales,5\nIT,12\n", GROUPS, "name", 2),
    "GAM": Case("email,name,directMembersCount,adminCreated\ns@e.c,Sales,3,true\n", GROUPS, "name", 1),
    # CyberArk
    "users page": Case("Login Name,Display Name,Email Address\nann,Ann,a@e.c\n", USERS, "Display Name"),
    # scripts
    "G20b": Case(
        "GroupName,UserName,Email\nSales,ann,a@e.c\nSales,bob,b@e.c\nIT,ann,a@e.c\n",
        MEMBERS,
        "GroupName",
        2,
        member="UserName",
    ),
    "M1 get_groupname_of_eachuser.ps1": Case(
        "UserDisplayName,UserPrincipalName,GroupDisplayName\nAnn,a@e.c,Sales\nBob,b@e.c,Sales\nAnn,a@e.c,\n",
        MEMBERS,
        "GroupDisplayName",
        1,
        member="UserPrincipalName",
    ),
    "M2": Case("Group Name,Member Name\nSales,Ann\nIT,Bob\nSales,Cy\n", MEMBERS, "Group Name", 2, member="Member Name"),
    "M3": Case("Group,User\nSales,ann\nSales,bob\nIT,ann\n", MEMBERS, "Group", 2, member="User"),
    "M4": Case(
        "GroupDisplayName,MemberDisplayName,MemberObjectType\nAll,Ann,User\nAll,Gone,Group\nSales,Bob,User\n",
        MEMBERS,
        "GroupDisplayName",
        2,
        {GroupIssue.CHILD: 1},
        member="MemberDisplayName",
    ),
    "M5 Get-Group-Owners-and-Members.ps1": Case(
        "GroupName,GroupSecurity,GroupMail,GroupMember\nSales,True,,Ann\nSales,True,,Bob\n",
        MEMBERS,
        "GroupName",
        1,
        member="GroupMember",
    ),
    "a group wins over a name": Case(
        "Group,Name,SamAccountName\nSales,Ann,ann\nSales,Bob,bob\nIT,Ann,ann\n", MEMBERS, "Group", 2, member="Name"
    ),
    "a group wins over a display name": Case(
        "Group Name,Display Name,User Principal Name\nSales,Ann,a@e\nSales,Bob,b@e\n",
        MEMBERS,
        "Group Name",
        1,
        member="User Principal Name",
    ),
    "a group wins, with addresses": Case(
        "GroupName,DisplayName,Email\nSales,Ann,a@e.c\nSales,Bob,b@e.c\n", MEMBERS, "GroupName", 1, member="DisplayName"
    ),
    "a group wins, with IDs": Case(
        "GroupDisplayName,GroupId,DisplayName,UserPrincipalName\nSales,1,Ann,a@e.c\nSales,1,Bob,b@e.c\n",
        MEMBERS,
        "GroupDisplayName",
        1,
        member="UserPrincipalName",
    ),
    "gam print group-members": Case(
        "group,type,role,id,status,email\ns@e.c,USER,MEMBER,1,ACTIVE,a@e.c\ns@e.c,GROUP,MEMBER,2,ACTIVE,i@e.c\n"
        "i@e.c,USER,OWNER,3,ACTIVE,b@e.c\n",
        MEMBERS,
        "group",
        2,
        member="email",
    ),
    "Get-ADGroupMember with its group": Case(
        "Group,name,objectClass,SamAccountName\nSales,Ann,user,ann\nSales,IT,group,it\nIT,Bob,user,bob\n",
        MEMBERS,
        "Group",
        2,
        member="name",
    ),
    "Get-ADGroupMember alone": Case(
        "distinguishedName,name,objectClass\nCN=Ann,Ann,user\nCN=IT,IT,group\n", MIXED, "name", 1
    ),
    "Get-DistributionGroupMember": Case(
        "Group,DisplayName,PrimarySmtpAddress,RecipientType\nSales,Ann,a@e.c,UserMailbox\nSales,Bob,b@e.c,UserMailbox\n",
        MEMBERS,
        "Group",
        1,
        member="DisplayName",
    ),
    "PingOne": Case("id,name,population.id,directMemberCounts.users\n1,Sales,p,3\n", UNKNOWN, "name", 1),
    "all users of a group in a cell": Case("Group,Users\nSales,ann;bob\nIT,cy;dee;eve\n", GROUPS, "Group", 2),
    "number of users": Case("Group Name,Users\nSales,5\nIT,7\n", GROUPS, "Group Name", 2),
    "separators at the end": Case("Name;ID;;\nSales;1;;\nIT;2;;\n", GROUPS, "Name", 2),
    "whoami": Case(
        '"Group Name","Type","SID"\n"E\\Sales","Group","S-1"\n"E\\IT","Alias","S-2"\n',
        GROUPS,
        "Group Name",
        2,
        {GroupIssue.QUOTING: 2},
    ),
    "LDAP users": Case('uid,cn,mail,memberOf\nann,Ann,a@e.c,"cn=x,dc=e"\n', USERS, "cn"),
    "LDAP groups": Case('dn,cn,memberUid\n"cn=x,dc=e",x,a|b\n"cn=y,dc=e",y,a\n', GROUPS, "cn", 2),
    "Okta API": Case(
        "id,objectClass,type,profile.name,profile.description\n1,okta:user_group,OKTA_GROUP,Sales,\n",
        GROUPS,
        "profile.name",
        1,
    ),
    "members in no order and of two spellings": Case(
        "Gruppe;Mitglied\nVertrieb;a\nIT;b\nVertrieb;c\nVERTRIEB;d\nVERTRIEB;e\n",
        MEMBERS,
        "Gruppe",
        3,
        {GroupIssue.ALIKE: 1},
        member="Mitglied",
    ),
    "users with all their groups in a cell": Case(
        "UserPrincipalName,Groups\na@e.c,Sales;IT\nb@e.c,IT;HR;Sales\nc@e.c,HR;IT\n", USERS
    ),
    "members under a header that is not known": Case(
        "Gruppenname;K\u00fcrzel\nVertrieb;x1\nVertrieb;x2\nIT;x3\nIT;x4\n", UNKNOWN, "Gruppenname", 2
    ),
    # layouts
    "G13 Excel Unicode Text": Case("Name\tGroup ID\r\nS\u00fcd\t1\r\n", GROUPS, "Name", 1, encoding="utf-16"),
    "G13m CR only": Case("Name,Group ID\rSales,1\rIT,2\r", GROUPS, "Name", 2),
    "G14 sep=": Case("sep=;\r\nName;Group ID\r\nVertrieb S\u00fcd;1\r\n", GROUPS, "Name", 1, encoding="cp1252"),
    "G16 lines inside fields": Case(
        'Group Name,Notes\n"Sales","a\nb"\n"Sales","c"\n', GROUPS, "Group Name", 2, {GroupIssue.SAME: 1}
    ),
    "G17 titles": Case(
        "Group report\nCreated 2026-11-30\n\nGroup name,Group ID\nSales,1\nIT,2\n", GROUPS, "Group name", 2, skipped=3
    ),
    "G17x titles as a spreadsheet saves them": Case(
        "Group report;;\n;;\nGroup name;Group ID;Notes\nSales;1;\nIT;2;\n", GROUPS, "Group name", 2, skipped=2
    ),
    "version of Entra's templates": Case(
        "version:v1.0\nName [displayName] Required,Group type [groupType]\nSales,Security\n",
        GROUPS,
        "Name [displayName] Required",
        1,
        skipped=1,
    ),
    "JumpCloud": Case(
        "Group,Type,Username\nSales,user_group,ann\nSales,user_group,bob\n", MEMBERS, "Group", 1, member="Username"
    ),
    "OneLogin": Case("Group,User,Email\nSales,Ann,ann@e.c\nSales,Bob,bob@e.c\n", MEMBERS, "Group", 1, member="User"),
    "names with commas in one column": Case("Group\nSales, EMEA\nIT, Berlin\nHR\n", GROUPS, "Group", 3),
    "digits kept as text": Case(
        'Group Name,Group ID\nSales,="1"\nSales,="2"\n', GROUPS, "Group Name", 2, {GroupIssue.SAME: 1}
    ),
    "only names": Case("Bezeichnung;Nummer\nSales;7\nSales;8\n", UNKNOWN),
}


def read(path: Path, order: ExportOrder | None = None) -> Checked:
    answer = asyncio.run(check(order or ExportOrder(path)))
    assert isinstance(answer, Checked), answer
    return answer


@pytest.mark.parametrize("name", CASES)
def test_every_case_is_read_as_what_it_is(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = tmp_path / "export.csv"
    path.write_bytes(case.text.encode(case.encoding))
    answer = read(path)
    seen, report = answer.seen, answer.report
    assert answer.kind is case.kind
    assert seen.encoding == case.encoding.removesuffix("-sig")
    columns = {role: seen.headers[at] for role, at in seen.roles.items()}
    assert columns.get(Role.NAME) == case.name
    assert case.member is None or columns[Role.MEMBER] == case.member
    assert seen.skipped == case.skipped
    assert (None if report is None else report.groups) == case.groups
    assert (dict(report.counts) if report is not None else {}) == case.findings
    told = verdict(answer).verdict
    if case.kind is USERS:
        assert told is ExportVerdict.NOT_GROUPS
    elif report is None:
        assert told is ExportVerdict.ASKS
    else:
        assert told is (ExportVerdict.FOUND if case.findings else ExportVerdict.CLEAN)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("dn: CN=Sales,DC=e\nobjectClass: group\n\ndn: CN=IT,DC=e\n", FileProblem.LDIF),
        ("version: 1\n\n# Sales\ndn:: Q049U2FsZXM=\n", FileProblem.LDIF),
        ("Name   ID\n----   --\nSales  1\nIT     2\n", FileProblem.LISTING),
        ("\nDisplayName : Sales\nId          : 1\n\nDisplayName : IT\nId          : 2\n", FileProblem.LISTING),
    ],
)
def test_other_forms_of_text_are_named(text: str, problem: FileProblem, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text)
    answer = asyncio.run(check(ExportOrder(path)))
    assert isinstance(answer, Unusable)
    assert answer.problem is problem


def test_what_the_admin_says_decides(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes("Bericht\nAnzeigename;Vorname\nS\u00fcd;1\nS\u00fcd;2\n".encode("cp1252"))
    assert read(path).kind is USERS
    groups = read(path, ExportOrder(path, kind=GROUPS))
    assert groups.report is not None
    assert groups.report.counts == {GroupIssue.SAME: 1}
    members = read(path, ExportOrder(path, kind=MEMBERS, columns={Role.NAME: 0}))
    assert members.report is not None
    assert (members.report.groups, members.report.counts) == (1, {})
    other = read(path, ExportOrder(path, encoding="cp1250", skipped=0))
    assert (other.seen.encoding, other.seen.skipped, other.seen.headers) == ("cp1250", 0, ("Bericht",))
    assert read(path, ExportOrder(path, encoding="utf-8", kind=GROUPS)).seen.rows[0][0] == "S\ufffdd", (
        "what does not fit shows"
    )


@pytest.mark.parametrize(
    ("header", "role", "subject"),
    [
        ("Gruppen-Anzeigename", Role.NAME, Subject.GROUP),
        ("group_name", Role.NAME, Subject.GROUP),
        ("User group name", Role.NAME, Subject.GROUP),
        ("Groupe d'utilisateurs", Role.NAME, Subject.GROUP),
        ("\u7ec4\u540d\u79f0", Role.NAME, Subject.GROUP),
        ("\uadf8\ub8f9 \uc774\ub984", Role.NAME, Subject.GROUP),
        ("\u0418\u043c\u044f \u0433\u0440\u0443\u043f\u043f\u044b", Role.NAME, Subject.GROUP),
        ("Group Object Id", Role.ID, Subject.GROUP),
        ("GroupMember", Role.MEMBER, Subject.MEMBER),
        ("Nome do membro", Role.MEMBER, Subject.MEMBER),
        ("Parent group name", Role.PARENT, Subject.GROUP),
        ("Nested group", Role.CHILDREN, Subject.GROUP),
        ("Owner UPN", None, Subject.OWNER),
        ("Anzahl der Mitglieder", None, Subject.GROUP),
        ("profile.name", Role.NAME, Subject.GROUP),
    ],
)
def test_a_header_is_understood_by_its_words(header: str, role: Role | None, subject: Subject) -> None:
    found = meaning(header)
    assert found is not None
    assert (found.role, found.subject) == (role, subject)


@pytest.mark.parametrize(
    "header", ["Bezeichnung", "Nummer", "Tags", "Stage", "Created by", "Accept From Members", "", "7"]
)
def test_an_unknown_header_is_not_guessed(header: str) -> None:
    assert not known(header)


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("top;person;organizationalPerson;user", Subject.USER),
        ("Sicherheitsgruppe - Global", Subject.GROUP),
        ("#microsoft.graph.group", Subject.GROUP),
        ("\u30bb\u30ad\u30e5\u30ea\u30c6\u30a3 \u30b0\u30eb\u30fc\u30d7", Subject.GROUP),
        ("CN=Group,CN=Schema,CN=Configuration,DC=user", Subject.GROUP),
        ("Organisationseinheit", Subject.OWNER),
        ("BUILT_IN", Subject.GROUP),
        ("Assigned", None),
        ("", None),
    ],
)
def test_a_type_tells_what_a_row_is(value: str, subject: Subject | None) -> None:
    assert what(value) is subject


@pytest.mark.parametrize(
    "text",
    [
        'DistinguishedName,Name,ObjectClass\n"CN=PC1,DC=e",PC1,computer\n"CN=PC2,DC=e",PC2,computer\n',
        "Name,Typ\nPC1,Computer\nDrucker,Drucker\n",
        "Group name,Group type\n",
        "Group,User\n,ann\n,bob\n",
    ],
)
def test_a_file_without_any_group_is_not_clean(text: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text)
    answer = read(path)
    assert answer.report is None or not answer.report.groups
    assert verdict(answer).verdict is ExportVerdict.NOT_GROUPS


@pytest.mark.parametrize(
    ("text", "kind", "certain", "same"),
    [
        # All members of a group in one cell, so a group that is there twice is a duplicate.
        ("Group name,Members\nSales,Ann; Bob\nIT,Cy; Al\nSales,Di; Ed\n", ExportKind.GROUPS, True, 1),
        ("Nom du groupe\tMembres\nVente\tAnn; Bob\nIT\t\nVente\tCy; Di\n", ExportKind.GROUPS, True, 1),
        # Their number, which no header says.
        ("Group name,Members\nSales,12\nIT,4\nSales,3\n", ExportKind.GROUPS, False, 1),
        ("Name;Mitglieder\nVertrieb;12\nIT;3\nVertrieb;4\n", ExportKind.GROUPS, False, 1),
        # One in each row, by number or by a name with a comma.
        ("GroupName,MemberId\nSales,12\nSales,14\nIT,3\n", ExportKind.MEMBERS, True, 0),
        ("cn,memberUid\nSales,1001\nSales,1002\nIT,1003\n", ExportKind.MEMBERS, True, 0),
        ('Group,Member\nSales,"Doe, Ann"\nSales,"Roe, Bob"\nIT,"Doe, Ann"\n', ExportKind.MEMBERS, True, 0),
    ],
)
def test_a_cell_of_members_has_one_or_all_or_their_number(
    text: str, kind: ExportKind, certain: bool, same: int, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text)
    answer = read(path)
    assert answer.report is not None
    assert (answer.kind, answer.seen.kind_certain) == (kind, certain)
    assert answer.report.counts[GroupIssue.SAME] == same
