"""Languages in OMDb's spelling, with their other spellings and ISO codes. Some of them have their own feature."""

from imdb_assets.vocabulary.words import vocabulary

LANGUAGES = (
    "English", "French", "Spanish", "German", "Italian", "Japanese", "Korean", "Mandarin", "Cantonese", "Hindi",
    "Tamil", "Telugu", "Malayalam", "Russian", "Portuguese", "Turkish", "Arabic", "Persian", "Polish", "Swedish",
    "Danish", "Bengali", "Norwegian", "Dutch", "Finnish", "Greek", "Hebrew", "Serbian", "Indonesian", "Tagalog",
    "Thai",
)  # fmt: skip

# `Chinese`, `Filipino` and `Flemish` are languages of their own in IMDb, beside Mandarin, Tagalog and Dutch.
_ENTRIES = """
English=en=eng=en-US=en-GB=en-CA=en-AU=American English=British English=Anglais=Inglés; French=fr=fra=fre=Français
French=fr-FR=fr-CA=Canadian French; Spanish=es=spa=Español=Castilian=es-ES=es-MX=Castellano
German=de=deu=ger=Deutsch=de-DE=de-AT; Italian=it=ita=Italiano=it-IT; Japanese=ja=jpn=ja-JP=日本語=Nihongo
Korean=ko=kor=ko-KR=한국어; Mandarin=cmn=Mandarin Chinese=Chinese Mandarin=Putonghua=Standard Chinese=普通话
Cantonese=yue=Yue Chinese=Chinese Cantonese=Cantonese Chinese=廣東話; Hindi=hi=hin=हिन्दी; Tamil=ta=tam; Telugu=te=tel
Malayalam=ml=mal; Russian=ru=rus=Русский=ru-RU; Portuguese=pt=por=Português=pt-BR=pt-PT=Brazilian Portuguese
Portuguese=Brazilian; Turkish=tr=tur=Türkçe=tr-TR; Arabic=ar=ara=العربية; Persian=fa=fas=per=Farsi=Iranian
Polish=pl=pol=Polski; Swedish=sv=swe=Svenska; Danish=da=dan=Dansk; Bengali=bn=ben=Bangla; Dutch=nl=nld=dut=Nederlands
Norwegian=no=nor=nb=nn=nob=nno=Norsk=Bokmål=Nynorsk=Norwegian Bokmål=Norwegian Nynorsk; Finnish=fi=fin=Suomi
Greek=el=ell=gre=Modern Greek=Ελληνικά; Hebrew=he=heb=iw; Serbian=sr=srp; Indonesian=id=ind=Bahasa Indonesia
Indonesian=Bahasa; Tagalog=tl=tgl; Thai=th=tha; Chinese=zh=zho=chi=zh-CN=zh-TW=中文; Filipino=fil=Pilipino; Flemish=vls
Czech=cs=ces=cze=Čeština; Slovak=sk=slk=slo; Hungarian=hu=hun=Magyar; Romanian=ro=ron=rum=Română; Bulgarian=bg=bul
Croatian=hr=hrv; Bosnian=bs=bos; Serbo-Croatian=sh=hbs=Serbocroatian; Slovenian=sl=slv=Slovene; Macedonian=mk=mkd=mac
Albanian=sq=sqi=alb; Montenegrin=cnr; Ukrainian=uk=ukr=Українська; Belarusian=be=bel=Belorussian=Belarussian
Lithuanian=lt=lit; Latvian=lv=lav; Estonian=et=est; Icelandic=is=isl=ice; Faroese=fo=fao=Faeroese; Irish=ga=gle
Irish=Irish Gaelic=Gaelic=Gaeilge; Scottish Gaelic=gd=gla=Gaelic, Scottish; Scots=sco; Welsh=cy=cym=wel=Cymraeg
Breton=br=bre; Cornish=kw=cor; Manx=gv=glv; Catalan=ca=cat=Català=Valencian; Basque=eu=eus=baq=Euskara
Galician=gl=glg; Occitan=oc=oci=Provençal; Corsican=co=cos; Sardinian=sc=srd; Sicilian=scn; Neapolitan=nap
Maltese=mt=mlt; Luxembourgish=lb=ltz; Frisian=fy=fry=Western Frisian; Low German=nds=Plattdeutsch; Swiss German=gsw
Yiddish=yi=yid; Romany=rom=Romani; Latin=la=lat; Ladino=lad; Aramaic=arc; Esperanto=eo=epo; Klingon=tlh=tlhIngan
Sanskrit=sa=san; Urdu=ur=urd; Punjabi=pa=pan=Panjabi; Marathi=mr=mar; Gujarati=gu=guj; Kannada=kn=kan; Oriya=or=ori
Oriya=Odia; Assamese=as=asm; Bhojpuri=bho; Maithili=mai; Konkani=kok; Tulu=tcy; Sinhala=si=sin=Sinhalese; Nepali=ne=nep
Kashmiri=ks=kas; Sindhi=sd=snd; Rajasthani=raj; Haryanvi=bgc; Chhattisgarhi=hne; Manipuri=mni=Meitei; Khasi=kha
Dogri=doi; Awadhi=awa; Magahi=mag; Santali=sat; Mizo=lus; Bodo=brx; Garhwali=gbm; Kumaoni=kfy; Burmese=my=mya=bur
Khmer=km=khm=Central Khmer=Cambodian; Lao=lo=lao; Vietnamese=vi=vie=Tiếng Việt; Malay=ms=msa=may=Bahasa Malaysia
Javanese=jv=jav; Sundanese=su=sun; Balinese=ban; Minangkabau=min; Acehnese=ace; Cebuano=ceb; Ilocano=ilo=Iloko
Hiligaynon=hil; Pampanga=pam=Kapampangan; Waray=war; Hokkien=nan=Min Nan=Southern Min=Taiwanese; Hakka=hak
Shanghainese=wuu=Wu Chinese; Teochew; Tibetan=bo=bod=tib; Uighur=ug=uig=Uyghur; Mongolian=mn=mon; Ainu=ain; Okinawan=ryu
Kazakh=kk=kaz; Kirghiz=ky=kir=Kyrgyz; Uzbek=uz=uzb; Tajik=tg=tgk; Turkmen=tk=tuk; Tatar=tt=tat; Bashkir=ba=bak
Chechen=ce=che; Azerbaijani=az=aze=Azeri; Armenian=hy=hye=arm; Georgian=ka=kat=geo; Abkhazian=ab=abk; Ossetian=os=oss
Kurdish=ku=kur=Kurmanji=Sorani; Pushto=ps=pus=Pashto=Pashtu; Dari=prs; Baluchi=bal=Balochi; Hazaragi=haz; Syriac=syr
Assyrian Neo-Aramaic=aii; Berber languages=ber=Berber=Tamazight; Kabyle=kab; Tamashek=tmh; Coptic=cop; Hassanya=mey
Egyptian (Ancient)=egy=Ancient Egyptian=Egyptian, Ancient; Akkadian=akk; Sumerian=sux; Hittite=hit; Phoenician=phn
Greek, Ancient (to 1453)=grc=Ancient Greek=Greek, Ancient; Old English=ang=English, Old=English, Old (ca.450-1100)
Middle English=enm=English, Middle=English, Middle (1100-1500); Old Norse=non=Norse, Old
French, Middle (ca.1400-1600)=frm=Middle French=French, Middle; Old French=fro=French, Old
Amharic=am=amh; Tigrigna=ti=tir=Tigrinya; Oromo=om=orm; Somali=so=som; Swahili=sw=swa=Kiswahili; Kinyarwanda=rw=kin
Kirundi=rn=run=Rundi; Ganda=lg=lug=Luganda; Kikuyu=ki=kik; Masai=mas=Maasai; Nyanja=ny=nya=Chichewa; Shona=sn=sna
Zulu=zu=zul=isiZulu; Xhosa=xh=xho=isiXhosa; Afrikaans=af=afr; Southern Sotho=st=sot=Sotho=Sesotho; Tswana=tn=tsn
Northern Sotho=nso=Sepedi=Pedi; Tsonga=ts=tso; Venda=ve=ven; Ndebele=nd=nde; Swati=ss=ssw=Swazi; Nama=naq; Herero=hz=her
Lingala=ln=lin; Kongo=kg=kon; Malagasy=mg=mlg; Yoruba=yo=yor; Ibo=ig=ibo=Igbo; Hausa=ha=hau; Akan=ak=aka=Twi=tw=twi
Ewe=ee=ewe; Wolof=wo=wol; Bambara=bm=bam; Dyula=dyu; Fulah=ff=ful=Peul=Fula; Mende=men; Mossi=mos; Sango=sg=sag
More; Baka; Bassari; Mandinka=mnk; Krio=kri; Nigerian Pidgin=pcm=Pidgin; Creole=Creoles and pidgins; Haitian=ht=hat
Haitian=Haitian Creole; Papiamento=pap; Jamaican Creole English=jam=Patois; Cape Verdean Creole=kea; Tok Pisin=tpi
Maori=mi=mri=mao=Māori; Hawaiian=haw; Samoan=sm=smo; Tongan=to=ton; Fijian=fj=fij; Tahitian=ty=tah; Polynesian; Rotuman
Chamorro=ch=cha; Aboriginal=Aboriginal languages; Arrernte; Quechua=qu=que; Aymara=ay=aym; Guarani=gn=grn=Guaraní
Nahuatl=nah; Maya=myn=Mayan; Yucatec Maya=yua; Zapotec=zap; Mixtec=mix; Mapudungun=arn=Mapuche; Tupi=Tupi-Guarani
Mapudungun=Mapuzugun; Tzotzil=tzo; Purepecha=tsz; Yanomami; Kaqchikel=cak; Ixil; Quiche=quc=K'iche'; Garifuna=cab
North American Indian=Native American; Navajo=nv=nav=Navaho; Cree=cr=cre; Ojibwa=oj=oji=Ojibwe; Inuktitut=iu=iku
Inupiaq=ik=ipk; Greenlandic=kl=kal=Kalaallisut; Eskimo=Inuit; Cherokee=chr; Cheyenne=chy; Dakota=dak; Sioux=Lakota
Apache languages=apa=Apache; Athapascan languages=ath; Algonquin=alq; Mohawk=moh; Hopi=hop; Comanche=com; Crow=cro
Pawnee=paw; Shoshoni=shh; Haida=hai; Micmac=mic=Mi'kmaq; Blackfoot=bla; Salish; Tlingit=tli; Chinook; Saami=smi=Sami
Saami=se=sme=Northern Sami; American Sign Language=ase=ASL; British Sign Language=bfi=BSL; Sign Languages=sgn
Sign Languages=Sign Language; French Sign Language=fsl=LSF; German Sign Language=gsg; Japanese Sign Language=jsl
Korean Sign Language=kvk; Spanish Sign Language=ssp; Russian Sign Language=rsl; Brazilian Sign Language=bzs=Libras
Aragonese=an=arg; Asturian=ast=Bable; Friulian=fur; Rhaetian=Romansh=rm=roh; Ladin=lld; Ligurian=lij; Venetian=vec
Piedmontese=pms; Franco-Provençal=frp; Walloon=wa=wln; Sorbian=Upper Sorbian=Lower Sorbian; Kashubian=csb; Silesian=szl
Rusyn=rue; Karelian=krl; Udmurt=udm; Komi=kv=kom; Mari=chm; Nenets=yrk; Chuvash=cv=chv; Yakut=sah=Sakha; Buryat=bua
Kalmyk=xal; Tuvinian=tyv; Avar=av=ava; Kabardian=kbd; Adyghe=ady; Crimean Tatar=crh; Gagauz=gag; Hmong=hmn; Shan=shn
Karen=kar; Dzongkha=dz=dzo; Newari=new; Sherpa=xsr; Ladakhi=lbj; Limbu=lif; Divehi=dv=div=Dhivehi=Maldivian
Atayal=tay; Amis=ami; Paiwan=pwn; Bunun=bnn; Interlingua=ia=ina; Sindarin; Quenya; Dothraki; Na'vi; Marshallese=mh=mah; Limburgish=li=lim
None=zxx=Silent=No Language=No Dialogue
"""

LANGUAGE_WORDS = vocabulary(
    "a known language", (entry for line in _ENTRIES.split("\n") for entry in line.split(";") if entry), first=LANGUAGES
)
