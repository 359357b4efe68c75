"""Users and teams, for administrators; everybody may read their own account."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.queries import teams as team_queries
from apps.accounts.queries import users as user_queries
from apps.accounts.services import lifecycle, teams, users
from apps.api.native.base import NativeView, listed, read, shown


class UserOut(serializers.Serializer):
    """An account."""

    id = serializers.IntegerField(source="pk")
    username = serializers.CharField()
    display_name = serializers.CharField()
    email = serializers.CharField()
    kind = serializers.CharField()
    is_admin = serializers.BooleanField()
    is_active = serializers.BooleanField()


class UserIn(serializers.Serializer):
    """An account to make: with a password, or invited by mail without one."""

    username = serializers.CharField(max_length=255)
    email = serializers.EmailField(required=False, default="", allow_blank=True)
    display_name = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)
    password = serializers.CharField(required=False, allow_null=True, default=None, trim_whitespace=False)
    is_admin = serializers.BooleanField(default=False)


class UserChange(serializers.Serializer):
    """What an administrator changes of an account."""

    is_active = serializers.BooleanField(required=False)
    is_admin = serializers.BooleanField(required=False)


class UserList(NativeView):
    """All accounts."""

    @extend_schema(
        operation_id="users_list",
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="part of a name or address")],
        responses=listed(UserOut),
    )
    def get(self, request: Request) -> Response:
        """The first thousand accounts by name."""
        page = user_queries.list_users(self.actor(request), text=request.query_params.get("q", ""), limit=1000)
        return shown(UserOut, page.users, many=True)

    @extend_schema(operation_id="users_create", request=UserIn, responses={201: UserOut})
    def post(self, request: Request) -> Response:
        """Make an account, or invite one."""
        data = read(UserIn, request.data)
        name, password, email = data["username"], data["password"], data["email"]
        more = {"display_name": data["display_name"], "is_admin": data["is_admin"]}
        if password is None and email:
            return shown(UserOut, users.invite(self.actor(request), name, email, **more), status=201)
        return shown(UserOut, users.create_user(self.actor(request), name, password=password, email=email, **more), status=201)


class UserMe(NativeView):
    """The caller."""

    @extend_schema(operation_id="users_me", responses=UserOut)
    def get(self, request: Request) -> Response:
        """One's own account."""
        return shown(UserOut, user_queries.me(self.actor(request)))


class UserDetail(NativeView):
    """One account."""

    @extend_schema(operation_id="users_get", responses=UserOut)
    def get(self, request: Request, user_id: int) -> Response:
        """An account, for itself and administrators."""
        return shown(UserOut, user_queries.get(self.actor(request), user_id))

    @extend_schema(operation_id="users_update", request=UserChange, responses=UserOut)
    def patch(self, request: Request, user_id: int) -> Response:
        """Deactivate, reactivate, make or unmake an administrator."""
        actor, data = self.actor(request), read(UserChange, request.data)
        if "is_active" in data:
            (lifecycle.reactivate if data["is_active"] else lifecycle.deactivate)(actor, user_id)
        if "is_admin" in data:
            lifecycle.set_admin(actor, user_id, data["is_admin"])
        return shown(UserOut, user_queries.get(actor, user_id))

    @extend_schema(operation_id="users_delete", responses={204: None})
    def delete(self, request: Request, user_id: int) -> Response:
        """Close the account for good and free its name."""
        lifecycle.delete(self.actor(request), user_id)
        return Response(status=204)


class TeamOut(serializers.Serializer):
    """A team."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    members = serializers.IntegerField()


class TeamIn(serializers.Serializer):
    """A team to make or change."""

    name = serializers.CharField(max_length=255)
    description = serializers.CharField(required=False, default="", allow_blank=True)


class MemberOut(serializers.Serializer):
    """Somebody in a team."""

    user_id = serializers.IntegerField()
    username = serializers.CharField(source="user.username")
    role = serializers.CharField()
    joined_at = serializers.DateTimeField()


class TeamWithMembers(serializers.Serializer):
    """A team and who is in it."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    description = serializers.CharField()
    members = MemberOut(many=True, source="memberships.all")


class MemberIn(serializers.Serializer):
    """A member's role."""

    role = serializers.ChoiceField(choices=["member", "lead"], default="member")


class TeamList(NativeView):
    """Teams."""

    @extend_schema(operation_id="teams_list", responses=listed(TeamOut))
    def get(self, request: Request) -> Response:
        """One's own teams; all of them for administrators."""
        return shown(TeamOut, team_queries.list_teams(self.actor(request)), many=True)

    @extend_schema(operation_id="teams_create", request=TeamIn, responses={201: TeamWithMembers})
    def post(self, request: Request) -> Response:
        """Make a team."""
        actor, data = self.actor(request), read(TeamIn, request.data)
        team = teams.create_team(actor, data["name"], data["description"])
        return shown(TeamWithMembers, team_queries.get(actor, team.pk), status=201)


class TeamDetail(NativeView):
    """One team."""

    @extend_schema(operation_id="teams_get", responses=TeamWithMembers)
    def get(self, request: Request, team_id: int) -> Response:
        """The team with its members, for them and administrators."""
        return shown(TeamWithMembers, team_queries.get(self.actor(request), team_id))

    @extend_schema(operation_id="teams_update", request=TeamIn, responses=TeamWithMembers)
    def put(self, request: Request, team_id: int) -> Response:
        """Rename and describe it."""
        actor, data = self.actor(request), read(TeamIn, request.data)
        teams.update_team(actor, team_id, name=data["name"], description=data["description"])
        return shown(TeamWithMembers, team_queries.get(actor, team_id))

    @extend_schema(operation_id="teams_delete", responses={204: None})
    def delete(self, request: Request, team_id: int) -> Response:
        """Remove it with what was granted to it."""
        teams.delete_team(self.actor(request), team_id)
        return Response(status=204)


class TeamMember(NativeView):
    """One member of a team."""

    @extend_schema(operation_id="teams_member_put", request=MemberIn, responses=TeamWithMembers)
    def put(self, request: Request, team_id: int, user_id: int) -> Response:
        """Add somebody, or change their role."""
        actor, data = self.actor(request), read(MemberIn, request.data)
        teams.add_member(actor, team_id, user_id, role=data["role"])
        return shown(TeamWithMembers, team_queries.get(actor, team_id))

    @extend_schema(operation_id="teams_member_delete", responses={204: None})
    def delete(self, request: Request, team_id: int, user_id: int) -> Response:
        """Take somebody out."""
        teams.remove_member(self.actor(request), team_id, user_id)
        return Response(status=204)
