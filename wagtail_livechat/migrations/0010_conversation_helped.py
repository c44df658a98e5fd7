from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wagtail_livechat', '0009_curated_answers'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='helped',
            field=models.BooleanField(null=True),
        ),
    ]
