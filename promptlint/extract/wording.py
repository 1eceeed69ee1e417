"""How instructions to a language model are worded, and how other texts in a program are: the tables of `reads`.

Every pattern is matched against running text (`reads._flow`): lower case, wrapped lines joined, single blanks.
The words are general English and what corresponds to them in other languages; none comes from a particular project.
"""

from __future__ import annotations

from re import Pattern

from promptlint.extract.patterns import any_of, lazy

Signal = tuple[tuple[str, ...], Pattern[str] | None, Pattern[str]]


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


def _signal(needles: str, pattern: str, near: str = "") -> Signal:
    """A pattern over lower-cased text, and words one of which it needs: substring tests are far cheaper.

    `near` finds something wherever the pattern does, and far sooner that there is nothing: it begins with a character
    or with one of a few, where a pattern that may begin in many ways is tried at every place.
    """
    return _words(needles, "|"), lazy(near) if near else None, lazy(pattern)


_NOT_IF = (
    r"(?<!if )(?<!when )(?<!unless )(?<!that )(?<!whether )(?<!because )(?<!since )(?<!while )(?<!where )(?<!sure )"
    r"(?<!as )(?<!\bso )"
)
_FIELD = (
    r"(?:context|conversation|document|passage|text|question|quer(?:y|ies)|information|history|article|input"
    r"|statement|sentence|schema|problem|answer|response|transcript|content|task|message|paragraph|summary|request"
    r"|chat|code|essay|review|dialogue|image|excerpt|result)s?"
)
_PRODUCE = r"(?:return|output|provide|produce|give|print|write|generate|list|include|answer|respond|reply|use)"
_FORMAT = (
    r"(?:json|markdown|xml|yaml|bullet|prose|csv|plain text|(?:the |this )?(?:following |below |exact |same "
    r"|given )?(?:\w+ )?format)"
)

# Who the model is, what it is here for, what it has.
ADDRESS: tuple[Signal, ...] = (
    _signal(
        "you are |you're ",
        _NOT_IF + r"\b(?:you are|you're) (?:now |also |currently |both |truly |an? \{|the \{|\{|here )?"
        r"(?:an? (?!new |valid |admin|superuser|member|root |bit |little |lot |few )\w+|the (?:\w+ ){0,3}(?:agent"
        r"|assistant|expert|moderator|\w+(?:er|or|ist)|character|ai|llm|bot)\b|acting as|to act as|tasked"
        r"|part of (?:an?|the)|(?:given|provided with|presented with|shown) (?:an?|the|two|some|several|with|this"
        r"|these|following|\{)|expected to act|here to (?:help|assist)|working as|playing|role-?playing|chatting"
        r"|chatgpt|gpt|claude|gemini|llama|\{|(?:controlling|reviewing|writing|answering|evaluating|judging|grading"
        r"|analy[sz]ing|generating|extracting|translating|summari[sz]ing|helping|assisting|simulating|operating"
        r"|solving|interviewing|classifying|rewriting|comparing|planning|deciding|completing) (?:an?|the|this|your"
        r"|\w+) )",
    ),
    _signal(
        "you will |you'll |you answer|you help",
        _NOT_IF
        + r"\byou(?: will|'ll) (?:be (?:given|provided|presented|shown|asked to|acting|playing|evaluat|tasked|working)"
        r"|act as|receive (?:an?|the)|play (?:the|an?)|role-?play|assume the role)|(?:^|[.!] )you (?:answer|help"
        r"|assist|pick|choose|select|judge|grade|extract|analy[sz]e|evaluate|review|write|translate|summari[sz]e) \w+",
    ),
    _signal(
        "your ",
        r"\byour (?:last |previous |final |next )?(?:output|response|reply|answer) (?:was|wasn't|did not|didn't"
        r"|does not|is not|could not|must|exceed(?:s|ed)|contain(?:s|ed))\b|\byour (?:\w+ ){0,2}(?:task|job|goal|role"
        r"|objective|mission|purpose|responsibilit(?:y|ies)|persona"
        r"|duty)(?: here| now)?(?:\*\*)?(?: is\b| are\b| will be\b| involves|:| includes?)|\byour (?:final "
        r"|next )?(?:response|reply|answer|output)s? (?:should|must|will|has to|needs to|begins?|starts?|ends"
        r"|contains?|follows?|adheres?)\b|\byour (?:training|knowledge cut-?off|context window|system prompt"
        r"|chain of thought|(?:own|internal|prior) knowledge)\b",
    ),
    _signal(
        "act as |acting as |pretend |imagine |role of |behave ",
        r"(?:^|[.!?:,] ?|\n|to |please |will |must |should |want you )(?:act|behave) as (?:an?|the|if you) (?!proxy"
        r"|drop|wrapper|bridge|function|decorator|string|dict|context manager|server|client|base|default|fallback"
        r"|placeholder)\w+|(?:^|[.!?:] |\n)(?:pretend|imagine) (?:that )?(?:to be|you are|you're|you have)\b"
        r"|\b(?:take on|assume|play|playing) the role of (?:an?|the|\{)",
    ),
    _signal(
        "as a|as the|you specialize|you excel|your ",
        r"^as (?:an?|the) (?!result|consequence|reminder|rule|precaution|workaround|user|last|first|next|side|general)"
        r"[^,.\n]{3,60}, (?:your (?:role|expertise|task|goal|job|responsibility|mission|primary"
        r"|main)\b|you(?:'re| are| specialize| excel| must| should| possess)\b)|\byou (?:specialize|excel) (?:in|at)\b"
        r"|\byour (?:speciali?ty|expertise) (?:is|lies|includes|in)\b",
        near=r"you(?: specialize| excel|r speciali?ty|r expertise)|as (?<=^as )",
    ),
    _signal(
        "language model| ai |assistant",
        r"\bas an? (?:helpful |large |advanced |expert )?(?:ai|llm|language model)(?: (?:assistant|language model"
        r"|model|agent))?,? (?:you|i)\b|\byou, (?:the|as an?) (?:\w+ ){0,2}(?:ai|assistant|model)\b",
    ),
    _signal(
        "you have access|you can use|you may use",
        r"\byou (?:have access to|can use|may use) (?:the following |these |an? |several |various |multiple "
        r"|some )?(?:\w+ ){0,3}(?:tools?\b|functions\b|knowledge base|search engine|apis\b|plugins\b)",
    ),
)
# The same in other languages that may be written in ASCII.
ADDRESS_WESTERN: tuple[Signal, ...] = (
    _signal(
        "eres |tu tarea|tu objetivo|su tarea|actúa|tu rol|tu trabajo",
        r"\beres (?:un|una|el|la) \w+|\b[ts]u (?:tarea|objetivo|rol|trabajo|misión) es\b|\bactúa como\b",
    ),
    _signal(
        "tu es |vous êtes |tâche|ton rôle|votre rôle|objectif|agis|mission",
        r"\b(?:tu es|vous êtes) (?:un|une|le|la|l')\s?\w+|\b(?:ta|ton|votre) (?:tâche|rôle|objectif|mission) (?:est"
        r"|consiste)|\bagis(?:sez)? (?:comme|en tant)",
    ),
    _signal(
        "du bist |sie sind |aufgabe|agiere|deine rolle|ihre rolle|dein ziel",
        r"\b(?:du bist|sie sind) (?:ein|eine|der|die|das) \w+|\b(?:deine?|ihre?) (?:aufgabe|rolle|ziel) (?:ist"
        r"|besteht)|\b(?:agiere|handle) als\b",
    ),
    _signal(
        "você é |voce e |tu és |sua tarefa|tua tarefa|seu objetivo|seu papel|aja como|atue como",
        r"\b(?:você é|tu és) (?:um|uma|o|a) \w+|\b(?:[st]ua tarefa|[st]eu (?:objetivo|papel|trabalho)) é\b|\b(?:aja"
        r"|atue) como\b",
    ),
    _signal(
        "sei un|tuo compito|agisci", r"\bsei un[oa']? ?\w+|\bil tuo (?:compito|ruolo|obiettivo) è\b|\bagisci come\b"
    ),
)
# The same in scripts other than Latin: "you are a ...", "your task is ...", "act as ...".
ADDRESS_ABROAD: tuple[Signal, ...] = (
    _signal(
        "你|扮演|您",
        r"(?:接下来|接下來|下面|现在)?我(?:会|將|将|會)(?:给|給|提供|向)(?:给)?[你您]|(?:假设|假設|想象|想像)[你您]是|"
        r"[你您](?:现在|現在|将|將|就)?(?:是|要扮演|扮演)(?:一|个|個|名|位|专|專|资|資|\{|由)|[你您]的(?:主要|核心|最终)?(?:任务|任務|目标|目標|角色|职责|職責"
        r"|工作)(?:是|为|為|:|：|就是)|(?:请|請)?(?:你)?扮演(?:一|\{)|(?:作为|作為)一(?:个|個|名|位).{1,20}[,，]\s*(?:你|请|請)|[你您](?:需要|必须|必須"
        r"|将|應該|应该)(?:根据|根據|对|對|把|将|回答|生成|从)",
    ),
    _signal(
        "あなた|として",
        r"あなたは.{1,40}(?:です|である|として)|あなたの(?:役割|仕事|タスク|任務|目標|目的)は|として(?:行動|振る舞|回答|応答|機能)",
    ),
    _signal(
        "당신|너는|역할",
        r"(?:당신은|너는) .{1,40}(?:입니다|이다|이야|하는)|당신의 (?:역할|임무|작업|목표|과제)[은는]|역할을 수행",
    ),
    _signal(
        "ты |вы |твоя |ваша |действуй|выступай",
        r"\b(?:ты|вы)(?: [—–-] | ?[—–] ?)\w+|\bты (?:опытн|эксперт|помощник|ассистент|полезн|профессионал|умн)\w*"
        r"|\b(?:твоя|ваша|твоей|вашей) (?:задач|рол|цел)\w*|\b(?:действуй|выступай)(?:те)? (?:как|в роли)",
    ),
    _signal("أنت|انت|مهمتك|دورك|تصرف", r"(?:أنت|انت) (?:مساعد|خبير|وكيل|مترجم|محلل|نموذج|روبوت)|مهمتك|دورك|تصرف ك"),
)

# How to answer, on what grounds, and what to leave out.
ORDERS: tuple[Signal, ...] = (
    _signal(
        "respond|reply|answer",
        r"\b(?:must|should|always|only|please|not|then|and|to|now)(?: only| always| directly| strictly)? (?:respond"
        r"|reply)\b(?! (?:code|time|to (?:http|get|post|requests)))|\bif you (?:do not|don't|cannot|can't) (?:know"
        r"|find the answer|answer)|\banswer (?:the|this|each|any|my|all|only|in|with|based|using|as"
        r"|truthfully)(?: (?:following|user|given|original|above|below|user's))* (?:question|query|\w+ question|one"
        r"|json|yes|no|language|detail|based|using)|\b(?:the|final|your) (?:answer|response|reply|output) (?:should"
        r"|must|needs to) (?:be|not|only|contain|include|have|start)\b",
    ),
    _signal(
        "format|json|markdown|output|xml|bullet",
        _PRODUCE
        + r" (?:\w+ ){0,5}(?:in|as|using|with|into) (?:an? |valid |structured |only |strict |the |raw )*"
        + _FORMAT
        + r"|\b(?:valid|only|single|strict|raw) json\b|\b(?:output|response|answer|reply) format\b"
        r"|\b(?:in|use|using|follow) the following (?:\w+ )?format\b|\bthe format below\b"
        r"|\b(?:output|response|answer) (?:must|should) (?:be|only|not|contain|follow)"
        r"|\bjson (?:object|array|list) (?:with|containing) (?:the|these|two"
        r"|keys|an?)\b",
        near=r" (?:(?:in|as|using|with|into) (?:an? |valid |structured |only |strict |the |raw )*"
        + _FORMAT
        + r"|json\b(?<=[dyetw] json)|format(?: below\b|\b(?:(?<=put format)|(?<=nse format)|(?<=wer format)"
        r"|(?<=ply format)))|the following (?:\w+ )?format\b|(?<=[ter] )(?:must|should) (?:be|only|not|contain|follow)"
        r"|(?<=json )(?:object|array|list) (?:with|containing) )",
    ),
    _signal(
        "do not |don't |never |avoid |without ",
        r"\b(?:do not|don't|never|avoid)(?: ever| just| simply| try to)? (?:includ(?:e|ing)|output|explain(?:ing)?"
        r"|mak(?:e|ing) up|invent(?:ing)?|hallucinat(?:e|ing)|fabricat(?:e|ing)|mention(?:ing)?|respond|reply"
        r"|answer(?:ing)?|return any|repeat(?:ing)?|wrap (?:it|the|your)|ask (?:the user|for|any)|apologi[sz]e"
        r"|provide (?:any|additional|extra)|write (?:any|code)|add (?:any|extra|additional|commentary)"
        r"|use (?:markdown|any|your|backticks|emoji)|refuse|reveal|guess|paraphras(?:e|ing)|summari[sz]e"
        r"|start (?:your|with)|translate|generate (?:any|more))\b|\bwithout (?:any )?(?:explanation|commentary"
        r"|preamble|additional text|inventing|making up|fabricating|explaining|repeating)",
    ),
    _signal(  # What is to be completed stands last; the user's text stands in tags of its own.
        ":|>",
        r"\n(?:\w+ )?(?:answer|response|output|summary|question|label|translation|sentiment|category|keywords|title"
        r"|word):$|<(?:user_)?(?:query|question|context|documents?|conversation|transcript|history|input|task|text"
        r"|message)s?>\s*\n\{",
    ),
    _signal(
        "no ",
        r"\b(?:no|any) (?:other|additional|extra|further|more|surrounding) (?:text|words?|comment\w*|explanations?"
        r"|output|prose|content)\b|\bno (?:preamble|explanations?|prose|markdown|commentary)\b",
    ),
    _signal(
        "step by step|step-by-step",
        r"\b(?:think|reason|work|let's|lets|explain|solve|analy[sz]e)\b[^.\n]{0,40}step[ -]by[ -]step",
    ),
    _signal(
        "user|human|customer|student",
        r"\b(?:the |a )?(?:user|human|customer|student)(?:'s)? (?:question|query|request|message|asks|asked|wants"
        r"|says|said|intent|utterance|instructions)\b|\b(?:help|assist|answer|ask|tell|inform|greet|guide"
        r"|engage) (?:the )?(?:user|customer|human|student)s?\b",
    ),
    _signal(
        "given|based on|provided|following|above|below|using",
        r"(?:^|[.!?:;] |\n|[-*] )(?:given|based on|based only on|using|using only|considering|according to"
        r"|from) (?:only |solely )?(?:the |this |these |your |an? )(?:\w+ ){0,3}"
        + _FIELD
        + r"\b|\b(?:following|given|provided|above) (?:pieces of )?(?:context|conversation|passage|question|article"
        r"|transcript|paragraph|essay|dialogue|excerpt)s?\b|\bbased (?:only |solely )?on the (?:context|conversation"
        r"|following|provided|given|above|information)",
    ),
    _signal(
        "concise|helpful|accurate|detailed|specific|thorough|creative|polite|brief|short",
        r"(?:^|[.!?:;,] |\n|[-*] |and |must |should |please )(?:be (?:as |very |extremely )?(?:concise|brief|helpful"
        r"|accurate|specific|thorough|clear|precise|creative|polite|honest|objective|detailed)|keep (?:it|your|the"
        r"|all|answers|responses|replies)(?: \w+)? (?:short|concise|brief|focused|under))\b",
    ),
    _signal(
        "use this|useful",
        r"(?:^|[.!] ?|\n)use this (?:tool )?(?:when(?:ever)? you|if you|to (?:find|get|search|look|answer))"
        r"|\buse(?:ful)? (?:for )?when you (?:only |just )?(?:need|want)\b",
    ),
    _signal(
        "input to|input should|input must",
        r"\b(?:the )?input (?:to (?:this|the) tool )?(?:should|must) be an?\b",
    ),
    _signal(
        "hallucinat|chain of thought|chain-of-thought|tool call|few-shot",
        r"\bhallucinat|\bchain[ -]of[ -]thought\b|\bfew-shot examples?\b",
    ),
)
# The same in other languages that may be written in ASCII.
ORDERS_WESTERN: tuple[Signal, ...] = (
    _signal(  # Spanish: how to answer
        "responde|devuelve|no inc|no inv|no a|no exp|no resp|paso a paso|en formato|una palabra",
        r"\bresponde (?:solo|sólo|únicamente|en|con|a|de|siempre|a la)\b|\bdevuelve (?:solo|sólo|únicamente|un|una|el"
        r"|la)\b|\bno (?:incluyas|inventes|agregues|añadas|expliques|respondas)\b|\bpaso a paso\b|\ben formato (?:json"
        r"|markdown)\b",
    ),
    _signal(  # Spanish: the task, and what it is about
        "siguiente|contexto|resume|traduce|analiza|clasifica|extrae|basándote",
        r"\b(?:resume|traduce|analiza|clasifica|extrae) (?:el|la|los|las|este|esta) (?:siguientes? )?\w+"
        r"|\b(?:el|la|del|al) siguiente (?:texto|pregunta|contexto|conversación)\b|\b(?:solo|sólo|únicamente|basándote"
        r"|según)(?: \w+){0,2} (?:el|en el|la|del) (?:contexto|información)\b",
    ),
    _signal(  # French
        "répond|repond|n'inclu|n'inv|étape par étape|retourne|ne f|ne d|ne r|au format",
        r"\brépond(?:s|ez) (?:uniquement|seulement|en|à|aux|toujours|avec|par)\b|\bn'inclu(?:s|ez)\b"
        r"|\bétape par étape\b|\bn'invente[sz]?\b|\bne (?:fournis|fais|donne|réponds)\w* (?:pas|aucun)"
        r"|\bau format (?:json|markdown)\b|\bretourne[sz]? (?:uniquement|seulement|un)\b",
    ),
    _signal(
        "suivant|résume|traduis|analyse|extrais|classe|contexte",
        r"\b(?:résume|traduis|analyse|extrais|classe)[sz]? (?:le|la|les|ce|cette) \w+|\b(?:texte|question|contexte"
        r"|phrase|conversation) suivante?\b|\bà partir (?:du|de la|des) (?:contexte|informations?|documents?|texte)\b",
    ),
    _signal(  # German
        "antworte|gib |schritt für schritt|verwende keine|füge keine|erfinde keine|json",
        r"\bantworten? (?:sie )?(?:nur|mit|auf|in|immer|ausschließlich|kurz)\b|\bgib (?:nur|ausschließlich|deine|die"
        r"|das|ein|sie als)\b|\bschritt für schritt\b|\b(?:füge|verwende|erfinde) keine\b"
        r"|\bim json-format\b|\bals json\b",
    ),
    _signal(
        "folgend|fasse|beantworte|anhand|kontext",
        r"\bbeantworten? (?:sie )?(?:die|diese|folgende)\b|\bfasse (?:den|die|das|folgende)|\b(?:der|die|den|dem|das"
        r"|diesen|aus dem) folgenden? (?:text|frage|kontext|artikel|gespräch|satz|absatz"
        r"|dokument)\b|\b(?:nur|ausschließlich)"
        r" (?:anhand|auf grundlage|mithilfe|auf basis) (?:des|der)\b",
    ),
    _signal(  # Portuguese
        "responda|não inc|não inv|não ad|não exp|não resp|passo a passo|retorne|no formato json",
        r"\bresponda (?:apenas|somente|em|com|à|a|sempre|de)\b|\bnão (?:inclua|invente|adicione|explique|responda)\b"
        r"|\bpasso a passo\b|\bretorne (?:apenas|somente|um|o)\b|\bno formato json\b",
    ),
    _signal(
        "segui|resuma|traduza|analise|classifique|extraia",
        r"\b(?:resuma|traduza|analise|classifique|extraia) (?:o|a|os|as|este|esta) \w+|\b(?:texto|pergunta|contexto"
        r"|conversa) (?:a )?seguir\b|\bo seguinte (?:texto|contexto)\b",
    ),
    _signal(  # Italian
        "rispondi|restituisci|non inc|non inv|non agg|passo dopo passo|in formato",
        r"\brispondi (?:solo|soltanto|sempre|in|con|alla|alle|a)\b|\brestituisci (?:solo|soltanto|un|il|la)\b|\bnon"
        r" (?:includere|inventare|aggiungere|spiegare)\b|\bpasso dopo passo\b|\bin formato (?:json|markdown)\b",
    ),
    _signal(
        "seguente|riassumi|traduci|analizza|classifica|estrai",
        r"\b(?:riassumi|traduci|analizza|classifica|estrai) (?:il|lo|la|i|gli|le|questo|questa) \w+|\b(?:il|la|dal)"
        r" seguente (?:testo|domanda|contesto|conversazione)\b",
    ),
)
# What a text in one of these languages needs for a hit: most texts are in none of them, and looked through once.
WESTERN = any_of(needle for needles, *_ in (*ADDRESS_WESTERN, *ORDERS_WESTERN) for needle in needles)
# "Answer ...", "only output ...", "do not ...", "step by step", "based on the following ...".
ORDERS_ABROAD: tuple[Signal, ...] = (
    _signal(
        "请|請|不要|以下|输出|輸出|回答|逐步|一步|只",
        r"(?:请|請)(?:你|您)?(?:直接|根据|根據|用|以|按|按照|只|仅|僅|仔细|基于|基於|对|對|将|將|从|參考|参考|严格|務必|务必)*(?:以下|上述|回答|输出|輸出|生成|提取|总结|總結"
        r"|翻译|翻譯|分析|判断|撰写|給出|给出|返回|遵循|写)",
    ),
    _signal(
        "不要|请勿|勿|不得|禁止",
        r"(?:不要|请勿|不得|禁止)(?:输出|輸出|包含|解释|解釋|回答|添加|编造|編造|使用|返回|生成|重复|提及|有任何|透露)",
    ),
    _signal(
        "只|仅|僅|输出|輸出|格式|json",
        r"(?:只|仅|僅)(?:能|需|须|需要|要)?(?:输出|輸出|返回|回答|使用|回复)|(?:输出|輸出|回答|返回)(?:的)?(?:格式|内容|結果|结果)|(?:以|用|按).{0,12}(?:json"
        r"|格式).{0,6}(?:输出|輸出|返回|回答|回复)?",
    ),
    _signal(
        "根据|根據|以下|基于|基於|参考",
        r"(?:根据|根據|基于|基於|参考)(?:以下|上述|给定|給定|提供|用户)|以下(?:是|为|為)?.{0,8}(?:内容|文本|文章|对话|對話|问题|問題|上下文|信息)",
    ),
    _signal("用户|用戶", r"(?:用户|用戶)的?(?:问题|問題|输入|輸入|查询|查詢|请求|請求|提问)"),
    _signal("一步|逐步", r"一步一步|逐步思考|一步步"),
    _signal(
        "进行|進行|不超过|不超過|不知道|不确定",
        r"(?:请|請)?(?:对|對).{1,12}(?:进行|進行)(?:总结|總結|分析|翻译|翻譯|评估|評估|分类|分類|提取|改写|润色|摘要)|(?:字数)?不(?:超过|超過)\s?\d+\s?个?字"
        r"|如果(?:你)?不(?:知道|确定|清楚).{0,12}(?:说|说明|回答|回复|输出)",
    ),
    _signal(
        "以下の|次の|上記の",
        r"(?:以下|次|上記)の(?:文章|テキスト|質問|情報|文脈|コンテキスト|会話|内容|形式|指示|例|ルール|json)",
    ),
    _signal(
        "形式で|語で|のみ|だけ",
        r"(?:json|マークダウン|markdown|表|箇条書き|リスト)(?:形式)?で(?:出力|回答|答え|返|記述)|(?:日本語|英語|中国語)で(?:出力|回答|答え|返答|簡潔)"
        r"|(?:のみ|だけ)(?:を)?(?:出力|回答|返)|(?:説明|前置き|解説|コメント)(?:は|を)?(?:不要|しない|含めない|出力しない)",
    ),
    _signal(
        "ください|下さい|しないで|含めないで|ステップ",
        r"(?:出力|回答|返答|返|要約|翻訳|抽出|生成|説明|作成|答え"
        r"|分類)(?:し)?て(?:ください|下さい)|(?:しない|含めない)で(?:ください|下さい)|ステップバイステップ",
    ),
    _signal(
        "세요|시오|다음|형식|답변|출력",
        r"(?:다음|아래|위의?) (?:텍스트|질문|문장|내용|문맥|정보|형식|대화|문서|예시|지침)"
        r"|(?:답변|대답|출력|요약|번역|생성|작성|추출|응답|반환|분석)(?:해 ?주세요|하세요|하십시오"
        r"|해줘|해라)|하지 ?(?:마세요|마십시오|말고)|단계별",
    ),
    _signal(
        "ответ|верни|не включ|не добавл|шаг за шагом|следующ|переведи|суммируй|используй",
        r"\b(?:ответь|ответьте|отвечай|отвечайте)\b|\b(?:верни|верните|выведи|выведите)\b|\bне (?:включай|добавляй"
        r"|придумывай|используй|объясняй|выдумывай|отвечай)\w*|\bшаг за шагом\b|\b(?:переведи|проанализируй|извлеки"
        r"|обобщи|кратко изложи)\w*|\bследующ\w+ (?:текст|вопрос|контекст|диалог)\w*|\bв формате json\b",
    ),
    _signal(
        "أجب|اجب|لا ت|خطوة بخطوة|التالي|لخص|ترجم",
        r"\b[أا]جب\b|لا (?:تضف|تذكر|تستخدم|تشرح|تختلق|تقم)|خطوة بخطوة|(?:النص|السؤال|السياق) التالي|\b(?:لخص|ترجم)\b",
    ),
)

# Orders told from other prose by standing at the start of a sentence: the first word leads to what must follow.
OPENINGS: dict[str, Pattern[str]] = {
    word: lazy(pattern)
    for words, pattern in (
        (
            "respond reply",
            r" (?:only|strictly|directly|briefly|concisely|with|in|using|as|by|based|exactly|just|honestly|naturally"
            r"|to (?:the user|the following|this|my|all|questions|user|any|each)|yes|no|\{|[\"'`(<])",
        ),
        (
            "answer",
            r" (?:only|strictly|directly|briefly|concisely|with|in|using|as|based|the|this|my|each|all|any|questions?"
            r"|yes|no|truthfully|from|\{|[\"'`])",
        ),
        (
            "return output print write give provide produce generate",
            r" (?:(?:only|just|nothing|exactly|strictly|me|(?:a )?valid|json) \w+|your (?:\w+ )?(?:answers?"
            r"|responses?|outputs?|reasoning|thoughts|analysis|results?|reply|feedback"
            r"|evaluation)\b)"),
        (
            "only",
            r" (?:return|output|provide|produce|give|respond|reply|answer|write|generate|use the|include|list"
            r"|mention)\b(?!-)"),
        (
            "summarize summarise translate classify rewrite paraphrase analyze analyse extract evaluate rate critique "
            "rephrase identify categorize proofread condense describe review compare",
            r" (?:all |any |the |this |these |each |everything |following |key |main |important |below |given "
            r"|provided |user's |user |above |relevant |between |whether )+(?:\w+ ){0,5}?"
            r"(?:" + _FIELD + r"|below|above|following|sentiment|entities|facts)\b",
        ),
        ("think", r" (?:carefully|deeply|hard|aloud|out loud|about|through|(?:\w+ ){0,2}step[ -]by)\b"),
        ("let's", r" think\b"),
        (
            "you",
            r" (?:must|should|shall|may|can|always|never|have to|need to)(?: not| never| always| only)? (?:answer"
            r"|respond|reply|output|return|use|follow|call|ask|provide|generate|write|include|ensure|be)\b"),
    )
    for word in words.split()
}  # fmt: skip

IMPERATIVES = frozenset(
    _words("""
    act add adhere always analyse analyze answer apply arrange ask assess assign assume avoid begin
    brainstorm break calculate categorize choose cite classify combine compare complete compose compute conclude
    consider continue convert correct craft create criticize decide describe design detect determine develop
    discuss do don't draft edit elaborate emphasize enclose ensure estimate evaluate examine exclude expand
    explain explore express extract fill find fix focus follow format generate give given highlight identify
    ignore imagine improve include incorporate infer judge keep let's limit list look maintain make match
    mention name never note omit order organize outline output paraphrase perform pick place plan predict prefer
    preserve prioritize produce propose provide quote rank rate read reason recommend refer refine reflect rely
    remember repeat rephrase reply report respond return review revise rewrite score select separate shorten
    show simplify solve specify start state stay structure suggest summarise summarize tell think translate
    treat try understand use verify wrap write
    analysiere antworte beantworte berücksichtige erkläre erstelle extrahiere fasse formuliere generiere gib
    klassifiziere nenne schreibe übersetze vergleiche verwende
    analiza clasifica devuelve escribe explica extrae genera identifica responde resume traduce utiliza
    classe donne explique extrais génère identifie rédige réponds répondez résume traduis utilise
    analise classifique escreva explique extraia gere responda resuma retorne traduza utilize
    analizza classifica estrai rispondi riassumi scrivi spiega traduci
    выведи извлеки кратко ответь отвечай переведи проанализируй сформулируй используй
    """)
)
# Wording of texts for people and machines, and the points each takes away.
AGAINST: tuple[tuple[int, tuple[str, ...]], ...] = (
    (
        4,
        _words(
            ":param|:return|:class:|:meth:|:ref:|:func:|:mod:|code-block::|cli example|versionadded|copyright|"
            "warranty|please install|permission is hereby",
            "|",
        ),
    ),
    (
        3,
        _words(
            "args:\n|returns:\n|raises:\n|attributes:\n|parameters\n-|returns\n-|:type |>>> |::\n|deprecated|"
            "pip install|this class|this method|this module|subclass|environment variable|keyword argument|"
            "instantiat|`none`|``none``|docstring|not installed|(default: |usage example|```python\nfrom |"
            "```python\nimport |code block",
            "|",
        ),
    ),
    (
        2,
        _words(
            "@param|@return|@type|@ivar|`` |``,|.. |licen|usage:|traceback|defaults to|api key|api_key|not supported|"
            "failed to|callable|iterator|"
            "param:|this function|command line|command-line|subcommand|keyerror|valueerror|boolean, |unsubscribe|"
            "your account|password",
            "|",
        ),
    ),
    (
        1,
        _words(
            "configur|unable to|invalid|is required|unexpected|override|implementation|parameter|instance|argument|"
            "default|click |attribute|exception|raised",
            "|",
        ),
    ),
)


# Stock phrases of errors, deprecations, option help and log formats.
FAULTS = _words(
    "is deprecated|not installed|pip install|please install|must be an instance|must be of type|must be specified|"
    "must be set|, got |, but got|not supported|not implemented|is not available|not a valid|not recognized|"
    "does not exist|do not exist|already exists|not found|timed out|will be removed|been removed| failed:|"
    "temporarily |rejected the request|was interrupted|try again later|please wait |contact support|"
    "%(default)|%(prog)|(default|default: |defaults to |[default|%(levelname)|{levelname}",
    "|",
)
