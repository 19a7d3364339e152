<html><head><title>城固县水利局</title><link rel=stylesheet href=css.css></head><body topmargin=0>
<TABLE width=980 align=center><TR><TD background=top.jpg height=120></TD></TR><TR><TD><FONT color=#ffffff>首 页 | 机构设置 | 水利要闻 | 政策法规 | 防汛抗旱 | 河长制 | 党建园地 | 下载中心</FONT></TD></TR></TABLE>
<TABLE width=980 align=center><TR><TD width=200 valign=top><TABLE><TR><TD>站内搜索</TD></TR><TR><TD><form><input name=key><input type=submit value=搜索></form></TD></TR><TR><TD>热点文章</TD></TR><TR><TD>·城固县水利局2022年防汛值班表</TD></TR><TR><TD>·关于汉江城固段采砂管理的公告</TD></TR><TR><TD>·城固县2021年水资源公报</TD></TR></TABLE></TD>
<TD valign=top><TABLE width=760><TR><TD>当前位置：首页 → 政策法规 → 正文</TD></TR><TR><TD align=center class=tit><FONT face=黑体 size=5><B>城固县水利局2022年法治政府建设工作总结</B></FONT></TD></TR>
<TR><TD align=center><FONT size=2>作者：政策法规股　来源：本站　点击数：<script src=hit.asp></script>356　更新时间：2022-12-28 9:05:13</FONT></TD></TR>
<TR><TD><FONT face=宋体 style="font-size:14pt">&nbsp;&nbsp;&nbsp;&nbsp;今年以来，我局在县委、县政府和市水利局的正确领导下，认真贯彻《法治政府建设实施纲要（2021—2025年）》，坚持依法治水管水，现将2022年法治政府建设工作总结如下：<br>
&nbsp;&nbsp;&nbsp;&nbsp;一、加强组织领导，落实法治建设责任<br>
&nbsp;&nbsp;&nbsp;&nbsp;成立了以局长为组长、班子成员为副组长的法治建设领导小组，领导小组下设办公室在政策法规股。全年召开党组会研究法治工作4次，把法治建设纳入年度目标考核，占分值5分。<br>
&nbsp;&nbsp;&nbsp;&nbsp;二、规范水行政执法<br>
&nbsp;&nbsp;&nbsp;&nbsp;1.开展河湖“清四乱”专项行动。排查整治问题36个，拆除违建11处、820平方米。<br>
&nbsp;&nbsp;&nbsp;&nbsp;2.严格水资源管理。核发取水许可证23套，查处无证取水案件5起，罚款12.8万元。<br>
&nbsp;&nbsp;&nbsp;&nbsp;3.落实“三项制度”。配备执法记录仪18台，公示执法信息149条，法制审核重大执法决定7件。<br>
&nbsp;&nbsp;&nbsp;&nbsp;三、深化“放管服”改革<br>
&nbsp;&nbsp;&nbsp;&nbsp;承接市级下放事项3项，取消证明材料9项，审批时限由15个工作日压缩至4个工作日。<br>
&nbsp;&nbsp;&nbsp;&nbsp;四、存在问题<br>
&nbsp;&nbsp;&nbsp;&nbsp;一是执法人员年龄老化，45岁以上占六成；二是执法装备落后，部分河段巡查不能覆盖；三是群众守法意识有待提高。<br>
&nbsp;&nbsp;&nbsp;&nbsp;五、下步工作<br>
&nbsp;&nbsp;&nbsp;&nbsp;一是加强学习培训；二是加大执法力度；三是抓好水法宣传。<br><br></FONT></TD></TR>
<TR><TD align=right>责任编辑：admin</TD></TR><TR><TD>上一篇文章： 城固县水利局召开安全生产会议<BR>下一篇文章： 没有了</TD></TR><TR><TD align=right>【发表评论】【告诉好友】【打印此文】【收藏此文】【关闭窗口】</TD></TR></TABLE></TD></TR></TABLE>
<TABLE width=980 align=center><TR><TD align=center>版权所有 城固县水利局　地址：城固县民主街8号　邮编：723200　技术支持：汉中腾飞网络</TD></TR></TABLE></body></html>