"""What apps can ask to be told of, by the names of the reference."""

from __future__ import annotations

CALENDAR = frozenset({"calendar_event_change"})

ROOMS = frozenset({"meetingroom_book", "meetingroom_room_info"})

CONTACTS = frozenset(
    {
        "user_add_org", "user_modify_org", "user_leave_org", "user_active_org", "org_admin_add", "org_admin_remove",
        "org_dept_create", "org_dept_modify", "org_dept_remove", "org_change", "org_remove",
        "label_user_change", "label_conf_add", "label_conf_modify", "label_conf_del",
    }
)  # fmt: skip

ENTERPRISE = frozenset(
    {
        "suite_ticket", "org_suite_auth", "org_suite_change", "org_suite_relieve", "org_update",
        "user_role_change", "user_dept_change", "org_role_add", "org_role_modify", "org_role_remove",
    }
)  # fmt: skip
"""Of enterprise apps alone."""

ELSEWHERE = frozenset(
    {
        "attendance_check_record", "attendance_overtime_duration", "attendance_schedule_change",
        "bpms_instance_change", "bpms_task_change",
        "chat_add_member", "chat_disband", "chat_quit", "chat_remove_member", "chat_update_owner", "chat_update_title",
        "check_in",
        "edu_dept_delete", "edu_dept_insert", "edu_dept_update", "edu_user_delete", "edu_user_insert",
        "edu_user_relation_delete", "edu_user_relation_insert", "edu_user_relation_update", "edu_user_update",
    }
)  # fmt: skip
"""Which nothing here causes. They may be asked for, so that who asks for them besides is not refused."""

KNOWN = CALENDAR | ROOMS | CONTACTS | ENTERPRISE | ELSEWHERE
