"""What the body of a page is made of."""

from wagtail.blocks import CharBlock, RichTextBlock, StreamBlock, StructBlock, TextBlock
from wagtail.images.blocks import ImageBlock

# Headings of level 1 are the titles of pages.
RICH_TEXT = [
    "h2",
    "h3",
    "bold",
    "italic",
    "ol",
    "ul",
    "link",
    "document-link",
    "code",
    "hr",
]


class QuoteBlock(StructBlock):
    text = TextBlock()
    source = CharBlock(required=False, help_text="The author of the quotation.")

    class Meta:
        icon = "openquote"
        template = "cms/blocks/quote.html"


class BodyBlock(StreamBlock):
    text = RichTextBlock(features=RICH_TEXT, template="cms/blocks/text.html")
    image = ImageBlock(template="cms/blocks/image.html")
    quote = QuoteBlock()
