<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN">
<HTML><HEAD><title>打印预览</title><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><style media=print>.noprint{display:none}</style></HEAD>
<body onload="window.print()"><form name="Form1" method="post" action="Print.aspx?id=7731" id="Form1"><input type="hidden" name="__VIEWSTATE" value="dDwtMTYzOTk7Oz4=" />
<table width="100%" class="noprint"><tr><td align="right"><input type=button value="打印"> <input type=button value="字体放大"> <input type=button value="关闭"></td></tr></table>
<table width="640" align="center" border="0" cellpadding="0"><tr><td>靖安县人民政府信息公开平台</td><td align=right>http://xxgk.jingan.gov.cn/bmgkxx/lyj/</td></tr><tr><td colspan=2><hr></td></tr>
<tr><td colspan=2 align=center><span id="lblTitle" style="font-size:18pt;font-weight:bold">靖安县林业局2021年度<br>法治政府建设工作情况报告</span></td></tr>
<tr><td colspan=2 align=center>（发布时间：2022/1/6 9:15:27　　信息来源：县林业局　　阅读次数：206）</td></tr>
<tr><td colspan=2><span id="lblContent">县委依法治县办：<br>
&nbsp;&nbsp;&nbsp;&nbsp;根据《关于报送2021年度法治政府建设工作情况的通知》要求，现将我局2021年度法治政府建设工作情况报告如下：<br>
&nbsp;&nbsp;&nbsp;&nbsp;一、主要做法<br>
&nbsp;&nbsp;&nbsp;&nbsp;1.加强学习，提高依法行政意识。组织干部职工学习民法典、森林法、野生动物保护法等法律法规14次，参加学法考试58人，合格率100%。<br>
&nbsp;&nbsp;&nbsp;&nbsp;2.规范审批，提升政务服务水平。办理林木采伐许可1,032件、使用林地审核审批47件，按时办结率100%，群众满意率100%。<br>
&nbsp;&nbsp;&nbsp;&nbsp;3.严格执法，保护森林资源安全。全年查处林业行政案件83起，罚款41.26万元，收缴木材126.5立方米，责令补种树木6,400株。<br>
&nbsp;&nbsp;&nbsp;&nbsp;4.广泛宣传，营造良好氛围。开展“3·12”植树节、“爱鸟周”等宣传活动9场次，发放资料1.5万份。<br>
&nbsp;&nbsp;&nbsp;&nbsp;二、存在问题<br>
&nbsp;&nbsp;&nbsp;&nbsp;（一）执法人员年龄偏大，45岁以上的占63%，现场取证能力不足。<br>
&nbsp;&nbsp;&nbsp;&nbsp;（二）乡镇林业站人员少、任务重，巡山护林存在盲区。<br>
&nbsp;&nbsp;&nbsp;&nbsp;三、下步打算<br>
&nbsp;&nbsp;&nbsp;&nbsp;（一）举办执法业务培训班2期，实行老带新。<br>
&nbsp;&nbsp;&nbsp;&nbsp;（二）推行林长制网格化管理，把巡护责任落实到山头地块。</span></td></tr>
<tr><td colspan=2 align=right><br>靖安县林业局<br>2022年1月5日</td></tr>
<tr><td colspan=2><hr></td></tr><tr><td>打印日期：2024年3月11日</td><td align=right>第1页 共1页</td></tr></table></form></body></HTML>