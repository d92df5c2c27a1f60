"""Countries in OMDb's current spelling, with their other spellings and ISO codes. Some of them have their own feature."""

from imdb_assets.vocabulary.words import vocabulary

COUNTRIES = (
    "United States", "United Kingdom", "France", "India", "Germany", "Japan", "Canada", "Italy", "Spain", "China",
    "Hong Kong", "South Korea", "Australia", "Brazil", "Mexico", "Turkey", "Russia", "Iran", "Sweden", "Denmark",
)  # fmt: skip

# States that no longer exist keep their own word: films of West Germany were never among those of Germany.
_ENTRIES = """
United States=USA=US=United States of America=America=States; Canada=CA=CAN; Mexico=MX=MEX=México
United Kingdom=UK=GB=GBR=Great Britain=Britain=England=Scotland=Wales=Northern Ireland
United Kingdom=United Kingdom of Great Britain and Northern Ireland; Ireland=IE=IRL=Republic of Ireland=Éire
France=FR=FRA; Germany=DE=DEU=Deutschland=Federal Republic of Germany; Italy=IT=ITA=Italia; Spain=ES=ESP=España
India=IN=IND=Bharat; Japan=JP=JPN=Nippon; China=CN=CHN=PRC=People's Republic of China=Mainland China
Hong Kong=HK=HKG=Hong Kong SAR China=Hong Kong SAR; Macao=MO=MAC=Macau; Taiwan=TW=TWN=Taiwan, Province of China=ROC
South Korea=KR=KOR=Korea, South=Korea=Republic of Korea=Korea, Republic of=S. Korea
North Korea=KP=PRK=Korea, North=Korea, Democratic People's Republic of=Democratic People's Republic of Korea
Australia=AU=AUS; New Zealand=NZ=NZL=Aotearoa; Brazil=BR=BRA=Brasil; Argentina=AR=ARG; Chile=CL=CHL; Peru=PE=PER=Perú
Turkey=TR=TUR=Türkiye; Russia=RU=RUS=Russian Federation; Iran=IR=IRN=Islamic Republic of Iran=Iran, Islamic Republic of
Sweden=SE=SWE=Sverige; Denmark=DK=DNK=Danmark; Norway=NO=NOR=Norge; Finland=FI=FIN=Suomi; Iceland=IS=ISL=Ísland
Netherlands=NL=NLD=The Netherlands=Holland=Nederland; Belgium=BE=BEL=Belgique=België; Luxembourg=LU=LUX
Austria=AT=AUT=Österreich; Switzerland=CH=CHE=Schweiz=Suisse; Liechtenstein=LI=LIE; Monaco=MC=MCO; Andorra=AD=AND
Portugal=PT=PRT; Greece=GR=GRC=Hellas; Cyprus=CY=CYP; Malta=MT=MLT; San Marino=SM=SMR; Vatican=VA=VAT=Holy See
Vatican=Vatican City=Holy See (Vatican City State); Gibraltar=GI=GIB; Isle of Man=IM=IMN; Jersey=JE=JEY
Guernsey=GG=GGY; Faroe Islands=FO=FRO; Greenland=GL=GRL; Poland=PL=POL=Polska; Hungary=HU=HUN=Magyarország
Czech Republic=CZ=CZE=Czechia=Česko; Slovakia=SK=SVK=Slovak Republic; Slovenia=SI=SVN; Croatia=HR=HRV=Hrvatska
Serbia=RS=SRB; Montenegro=ME=MNE; Kosovo=XK=XKX; Albania=AL=ALB; Romania=RO=ROU=Rumania; Bulgaria=BG=BGR
Bosnia and Herzegovina=BA=BIH=Bosnia=Bosnia & Herzegovina=Bosnia-Herzegovina; Moldova=MD=MDA=Moldova, Republic of
North Macedonia=MK=MKD=Macedonia=Republic of Macedonia=Republic of North Macedonia=FYROM
North Macedonia=Macedonia, the former Yugoslav Republic of=The former Yugoslav Republic of Macedonia
Ukraine=UA=UKR; Belarus=BY=BLR=Byelorussia; Lithuania=LT=LTU; Latvia=LV=LVA; Estonia=EE=EST=Eesti
Georgia=GE=GEO; Armenia=AM=ARM; Azerbaijan=AZ=AZE; Kazakhstan=KZ=KAZ; Kyrgyzstan=KG=KGZ; Tajikistan=TJ=TJK
Turkmenistan=TM=TKM; Uzbekistan=UZ=UZB; Mongolia=MN=MNG; Afghanistan=AF=AFG; Pakistan=PK=PAK; Bangladesh=BD=BGD
Nepal=NP=NPL; Bhutan=BT=BTN; Sri Lanka=LK=LKA=Ceylon; Maldives=MV=MDV; Myanmar=MM=MMR=Burma; Thailand=TH=THA=Siam
Laos=LA=LAO=Lao People's Democratic Republic; Cambodia=KH=KHM; Vietnam=VN=VNM=Viet Nam; Philippines=PH=PHL
Philippines=The Philippines; Malaysia=MY=MYS; Singapore=SG=SGP; Indonesia=ID=IDN; Brunei=BN=BRN=Brunei Darussalam
Timor-Leste=TL=TLS=East Timor; Papua New Guinea=PG=PNG; Fiji=FJ=FJI; Samoa=WS=WSM; Tonga=TO=TON; Vanuatu=VU=VUT
Solomon Islands=SB=SLB; Kiribati=KI=KIR; Nauru=NR=NRU; Tuvalu=TV=TUV; Palau=PW=PLW; Marshall Islands=MH=MHL
Micronesia=FM=FSM=Federated States of Micronesia=Micronesia, Federated States of; Guam=GU=GUM; New Caledonia=NC=NCL
French Polynesia=PF=PYF=Tahiti; American Samoa=AS=ASM; Northern Mariana Islands=MP=MNP; Cook Islands=CK=COK
Israel=IL=ISR; Palestine=PS=PSE=Occupied Palestinian Territory=Palestinian Territory=State of Palestine
Palestine=Palestinian Territories=Palestine, State of; Lebanon=LB=LBN; Syria=SY=SYR=Syrian Arab Republic
Jordan=JO=JOR; Iraq=IQ=IRQ; Kuwait=KW=KWT; Saudi Arabia=SA=SAU=KSA; Yemen=YE=YEM; Oman=OM=OMN; Qatar=QA=QAT
Bahrain=BH=BHR; United Arab Emirates=AE=ARE=UAE=Emirates; Egypt=EG=EGY; Libya=LY=LBY=Libyan Arab Jamahiriya
Tunisia=TN=TUN; Algeria=DZ=DZA; Morocco=MA=MAR; Western Sahara=EH=ESH; Mauritania=MR=MRT; Mali=ML=MLI; Niger=NE=NER
Chad=TD=TCD; Sudan=SD=SDN; South Sudan=SS=SSD; Ethiopia=ET=ETH; Eritrea=ER=ERI; Djibouti=DJ=DJI; Somalia=SO=SOM
Senegal=SN=SEN; Gambia=GM=GMB=The Gambia; Guinea=GN=GIN; Guinea-Bissau=GW=GNB; Sierra Leone=SL=SLE; Liberia=LR=LBR
Ivory Coast=CI=CIV=Côte d'Ivoire; Ghana=GH=GHA; Togo=TG=TGO; Benin=BJ=BEN; Nigeria=NG=NGA; Burkina Faso=BF=BFA
Cameroon=CM=CMR; Gabon=GA=GAB; Equatorial Guinea=GQ=GNQ; Central African Republic=CF=CAF; Cape Verde=CV=CPV
Cape Verde=Cabo Verde; Sao Tome and Principe=ST=STP=Sao Tome & Principe; Congo=CG=COG=Republic of the Congo
Congo=Congo-Brazzaville; Democratic Republic of the Congo=CD=COD=DRC=DR Congo=The Democratic Republic of Congo
Democratic Republic of the Congo=Congo, Democratic Republic of the=Congo, the Democratic Republic of the=Congo-Kinshasa
Rwanda=RW=RWA; Burundi=BI=BDI; Uganda=UG=UGA; Kenya=KE=KEN; Tanzania=TZ=TZA=Tanzania, United Republic of
Tanzania=United Republic of Tanzania; Angola=AO=AGO; Zambia=ZM=ZMB; Malawi=MW=MWI; Mozambique=MZ=MOZ
Zimbabwe=ZW=ZWE=Rhodesia; Botswana=BW=BWA; Namibia=NAM; South Africa=ZA=ZAF=RSA=Republic of South Africa
Lesotho=LS=LSO; Eswatini=SZ=SWZ=Swaziland; Madagascar=MG=MDG; Mauritius=MU=MUS; Seychelles=SC=SYC; Comoros=KM=COM
Reunion=RE=REU=Réunion; Mayotte=YT=MYT; Colombia=CO=COL; Venezuela=VE=VEN=Venezuela, Bolivarian Republic of
Ecuador=EC=ECU; Bolivia=BO=BOL=Bolivia, Plurinational State of; Paraguay=PY=PRY; Uruguay=UY=URY; Guyana=GY=GUY
Suriname=SR=SUR; French Guiana=GF=GUF; Falkland Islands=FK=FLK; Guatemala=GT=GTM; Belize=BZ=BLZ; Honduras=HN=HND
El Salvador=SV=SLV; Nicaragua=NI=NIC; Costa Rica=CR=CRI; Panama=PA=PAN=Panamá; Cuba=CU=CUB; Jamaica=JM=JAM
Haiti=HT=HTI; Dominican Republic=DO=DOM; Dominica=DM=DMA; Puerto Rico=PR=PRI; Bahamas=BS=BHS=The Bahamas
Barbados=BB=BRB; Trinidad and Tobago=TT=TTO=Trinidad & Tobago=Trinidad; Grenada=GD=GRD; Saint Lucia=LC=LCA=St. Lucia
Saint Vincent and the Grenadines=VC=VCT=St. Vincent and the Grenadines; Antigua and Barbuda=AG=ATG
Saint Kitts and Nevis=KN=KNA=St. Kitts and Nevis; Guadeloupe=GP=GLP; Martinique=MQ=MTQ; Aruba=AW=ABW; Curaçao=CW=CUW
Bermuda=BM=BMU; Cayman Islands=KY=CYM; British Virgin Islands=VG=VGB; U.S. Virgin Islands=VI=VIR=US Virgin Islands
Turks and Caicos Islands=TC=TCA; Anguilla=AI=AIA; Montserrat=MS=MSR; Netherlands Antilles=AN=ANT; Antarctica=AQ=ATA
Soviet Union=SU=SUN=USSR=Union of Soviet Socialist Republics; West Germany; East Germany=DDR=DD=GDR
East Germany=German Democratic Republic; Czechoslovakia=CS=CSK; Yugoslavia=YU=YUG; Federal Republic of Yugoslavia
Serbia and Montenegro=SCG; Zaire=Zaïre=ZR; North Vietnam=VDR; South Vietnam; Ottoman Empire; Austria-Hungary
"""

COUNTRY_WORDS = vocabulary(
    "a known country", (entry for line in _ENTRIES.split("\n") for entry in line.split(";") if entry), first=COUNTRIES
)
