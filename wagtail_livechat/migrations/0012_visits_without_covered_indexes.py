import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wagtail_livechat', '0011_lean_indexes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='pageview',
            name='visit',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='wagtail_livechat.visit'),
        ),
        migrations.AlterField(
            model_name='visit',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wagtailcore.site'),
        ),
    ]
