"""Names for the demo: invented companies, agencies and people, and the roles they hire for."""

from typing import Final

from domain.engagement.terms.policy import OnboardingItem
from domain.language.words import Model

CLIENTS: Final = (
    "Alderbrook Insurance", "Arcadia Rail", "Bluefin Logistics", "Borealis Energy", "Calder Pharma", "Cedarline Retail",
    "Copperfield Bank", "Dunmore Foods", "Elmwood Health", "Fairwind Airlines", "Glasshouse Media", "Greystone Capital",
    "Harborlight Shipping", "Helix Diagnostics", "Juniper Mutual", "Kestrel Robotics", "Lakeshore Utilities",
    "Larkspur Travel", "Marlowe Publishing", "Meridian Telecom", "Northgate Motors", "Oakhurst University",
    "Orchard Payments", "Pinecrest Homes", "Quarry Materials", "Redwood Analytics", "Saltmarsh Fisheries",
    "Silverbirch Trust", "Summit Outdoor", "Thornbury Council", "Tidewater Ports", "Umber Design", "Verity Legal",
    "Westmere Water", "Willowbank Care", "Yarrow Biotech",
)  # fmt: skip

AGENCIES: Final = (
    "atlas-engineering", "brightforge", "cobalt-partners", "deltaworks", "evergreen-talent", "foxglove-digital",
    "granite-code", "highline-people", "ironwood-systems", "jetty-labs", "keystone-crew", "lumen-consulting",
)  # fmt: skip

FIRST_NAMES: Final = (
    "adaeze", "akira", "amara", "andrei", "anjali", "bruno", "camille", "chidi", "dalia", "daniel", "elif", "emeka",
    "farah", "felix", "greta", "hana", "hugo", "ines", "ivan", "jamal", "johanna", "kavya", "kofi", "lena", "liam",
    "lucia", "marta", "mateus", "mei", "nadia", "noor", "olga", "omar", "paulo", "priya", "rafael", "rosa", "samir",
    "sofia", "tariq", "tomas", "uma", "viktor", "wanjiru", "yara", "yusuf", "zainab", "zofia",
)  # fmt: skip

LAST_NAMES: Final = (
    "abebe", "adeyemi", "almeida", "andersen", "bakker", "banerjee", "bauer", "castillo", "cohen", "dubois", "eriksen",
    "fernandes", "fischer", "garcia", "haddad", "hansen", "iyer", "jansen", "kamau", "kaya", "kim", "kowalski",
    "larsen", "lindqvist", "lopez", "marino", "mensah", "moreau", "mueller", "nakamura", "nguyen", "novak", "okafor",
    "oliveira", "patel", "petrov", "rahman", "reyes", "rossi", "sato", "schmidt", "silva", "singh", "tanaka", "torres",
    "virtanen", "weber", "yilmaz",
)  # fmt: skip

STAFF: Final = ("m.adler", "t.brandt", "s.iqbal", "r.osei", "c.vidal")
"""Who works for the platform."""

ROLES: Final = {
    "backend engineer": (420, 680), "frontend engineer": (400, 640), "data engineer": (450, 720),
    "machine learning engineer": (520, 860), "site reliability engineer": (480, 780), "quality engineer": (340, 540),
    "product designer": (400, 640), "engineering manager": (620, 950), "security engineer": (540, 880),
    "mobile engineer": (420, 680), "business analyst": (380, 600), "solution architect": (640, 980),
}  # fmt: skip
"""Each role with the least and the most that a working day costs, in whole units."""

WORK: Final = (
    "claims portal", "mobile app", "data platform", "checkout", "pricing engine", "customer onboarding", "billing",
    "fleet tracking", "identity service", "reporting suite", "search", "scheduling", "migration to the cloud",
    "partner interfaces", "fraud detection", "warehouse control", "loyalty programme", "document archive",
)  # fmt: skip

CURRENCIES: Final = ("EUR", "EUR", "USD", "USD", "GBP")
CALENDARS: Final = ("weekdays", "weekdays", "us-east", "london", "india")

MODELS: Final[tuple[Model, ...]] = (
    "managed_marketplace", "staff_augmentation", "managed_marketplace", "managed_services", "freelancer_platform",
)  # fmt: skip
"""The models in turn."""

OPTIONAL_ITEMS: Final[tuple[OnboardingItem, ...]] = ("chat", "ceremonies", "tracker", "repository")
