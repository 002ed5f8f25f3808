"""Traditional and variant forms of characters in names: only to find names that may be meant, never to change one."""

# Each form before the one that it is compared as.
_PAIRS = """
黃黄 陳陈 張张 劉刘 楊杨 趙赵 吳吴 許许 鄭郑 馮冯 鄧邓 葉叶 蘇苏 盧卢
蔣蒋 韓韩 顧顾 錢钱 謝谢 羅罗 龍龙 竜龙 萬万 陸陆 譚谭 賀贺 龔龚 湯汤
嚴严 鐘钟 鍾钟 锺钟 孫孙 馬马 賴赖 鄒邹 閻阎 閆闫 呂吕 蕭萧 肖萧 付傅
莊庄 薩萨 衛卫 竇窦 範范 畢毕 邊边 鄔邬 鄺邝 閔闵 關关 諶谌 區区 歐欧
齊齐 魯鲁 紀纪 韋韦 項项 顏颜 瑋玮 傑杰 偉伟 華华 國国 慶庆 軍军 麗丽
藍蓝 曉晓 峯峰 昇升 強强 彊强 髙高 堃坤 喆哲 燁烨 煒炜 瑩莹 穎颖 頴颖
蘭兰 鳳凤 鵬鹏 飛飞 雲云 夢梦 靜静 婭娅 琺珐 豐丰 寶宝 貴贵 學学 禮礼
義义 愛爱 歡欢 樂乐 榮荣 紅红 綺绮 維维 緯纬 綾绫 諾诺 詩诗 語语 誠诚
賢贤 輝辉 運运 遠远 達达 連连 遙遥 銘铭 鋒锋 長长 陽阳 雙双 靈灵 預预
順顺 駿骏 驍骁 鴻鸿 鶴鹤 濤涛 淵渊 澤泽 濱滨 瀟潇 灝灏 爾尔 獻献 眞真
叡睿 祿禄 穗穂 聖圣 聰聪 興兴 艷艳 艶艳 豔艳 萊莱 覺觉 讓让 闊阔
"""
_FORMS = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})


def fold_variants(name: str) -> str:
    """The name in one form of writing: `黃一` and `黄一` are two names that look like one person's."""
    return name.translate(_FORMS)
