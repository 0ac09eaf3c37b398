from django import forms

from app.accounts.forms import EmailField


class GuestForm(forms.Form):
    email = EmailField("We send the confirmation of the order to it.")
