from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("wagtail_livechat", "0004_canned_replies"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="page_id",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
