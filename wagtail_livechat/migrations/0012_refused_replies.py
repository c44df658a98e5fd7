from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wagtail_livechat', '0011_lean_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='refused',
            field=models.JSONField(null=True),
        ),
    ]
