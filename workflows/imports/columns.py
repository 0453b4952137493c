"""The columns of each list: the names of the contract (design §7) and the Chinese ones meaning the same."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a list holds."""

    regions = "regions"
    officials = "officials"
    households = "households"
    clues = "clues"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.regions: "行政区划",
    Kind.officials: "责任人",
    Kind.households: "农户",
    Kind.clues: "线索",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """What a list may hold: column → Chinese names, the usual one first; and what it must hold."""

    synonyms: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
    private: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()

    def shown(self, column: str) -> str:
        """The column as a refusal names it: 户编号（household_no）."""
        return f"{self.synonyms[column][0]}（{column}）"


_REGIONS = Columns(
    synonyms={
        "code": ("行政区划代码", "区划代码", "代码", "统计用区划代码", "行政区代码", "编码"),
        "name": ("名称", "行政区划名称", "区划名称", "单位名称"),
        "parent_code": ("上级代码", "上级区划代码", "上级行政区划代码", "父级代码", "所属代码"),
        "level": ("级别", "层级", "行政级别", "区划级别"),
        "valid_to": ("有效期至", "失效日期", "撤销日期", "撤并日期"),
        "successor": ("并入代码", "继任代码", "并入区划代码", "新代码"),
    },
    required=("code", "name", "parent_code", "level"),
    identifiers=("code", "parent_code", "successor"),
)

_OFFICIALS = Columns(
    synonyms={
        "staff_no": ("工号", "人员编号", "干部编号", "工作证号", "职工编号"),
        "name": ("姓名", "干部姓名", "责任人姓名", "责任人"),
        "phone": ("手机号", "手机号码", "手机", "联系电话", "电话", "联系方式"),
        "region_code": ("行政区划代码", "区划代码", "所属区划代码", "所属村代码", "任职区划代码", "村代码"),
        "group": ("组", "组别", "村民小组", "所属组", "网格", "小组"),
        "post": ("岗位", "职务", "任职岗位", "角色"),
        "from": ("任职开始日期", "到任日期", "任职日期", "开始日期", "起始日期", "任职时间"),
        "to": ("任职结束日期", "离任日期", "结束日期", "截止日期", "终止日期"),
        "deputy_staff_no": ("代理人工号", "代办人工号", "AB岗工号", "B岗工号", "代理人编号"),
    },
    required=("staff_no", "name", "phone", "region_code", "post", "from"),
    private=("phone",),
    identifiers=("staff_no", "region_code", "deputy_staff_no"),
)

_HOUSEHOLDS = Columns(
    synonyms={
        "household_no": ("户编号", "户号", "农户编号", "家庭编号", "户编码", "户籍编号"),
        "region_code": ("所属村代码", "行政区划代码", "区划代码", "村代码", "村区划代码", "所属区划代码"),
        "group": ("组", "组别", "村民小组", "所属组", "网格", "小组"),
        "head_name": ("户主姓名", "户主", "姓名"),
        "id_number": ("证件号码", "身份证号", "身份证号码", "户主证件号码", "户主身份证号", "公民身份号码"),
        "members": ("家庭人口", "家庭人口数", "人口数", "家庭人数", "人数", "户人口数"),
        "kind": ("户类型", "农户类型", "户属性", "类型"),
        "labour": ("劳动力", "劳动力情况", "劳动能力", "劳动力人数", "劳动力数"),
        "level": ("风险等级", "亮灯", "亮灯等级", "监测等级"),
        "helper_staff_no": ("帮扶责任人工号", "帮扶人工号", "帮扶责任人编号", "帮扶人编号", "结对干部工号"),
    },
    required=("household_no", "region_code"),
    private=("id_number",),
    identifiers=("household_no", "region_code", "helper_staff_no"),
)

_CLUES = Columns(
    synonyms={
        "signal_id": ("线索编号", "预警编号", "线索号", "信号编号", "预警信息编号", "线索ID"),
        "source_dept": ("来源部门", "推送部门", "数据来源", "部门", "来源单位", "预警部门"),
        "rule_code": ("规则代码", "预警规则", "规则编号", "规则编码", "预警规则代码"),
        "event_date": ("发生日期", "事发日期", "发现日期", "事件日期", "发生时间", "发现时间"),
        "received_date": ("收到日期", "接收日期", "到县日期", "推送日期", "下发日期", "收到时间"),
        "village_code": ("所属村代码", "村代码", "行政区划代码", "区划代码", "村区划代码"),
        "household_no": ("户编号", "户号", "农户编号", "家庭编号", "户编码"),
        "id_number": ("证件号码", "身份证号", "身份证号码", "公民身份号码", "身份证件号码"),
        "person_role": ("与户主关系", "人员角色", "家庭成员关系", "家庭角色"),
        "risk_code": ("风险类型", "风险代码", "风险类型代码", "致贫返贫风险"),
        "direction": ("防漏防错", "方向", "预警方向", "核查方向"),
        "band": ("档次", "金额档次", "区间", "程度", "等级"),
        "note": ("备注", "说明", "情况说明", "线索说明"),
    },
    required=("signal_id", "source_dept", "rule_code", "received_date"),
    private=("id_number",),
    identifiers=("signal_id", "village_code", "household_no"),
)

COLUMNS = {
    Kind.regions: _REGIONS,
    Kind.officials: _OFFICIALS,
    Kind.households: _HOUSEHOLDS,
    Kind.clues: _CLUES,
}
