{#- The periods in which an indicator is published. -#}
{% macro published_periods(indicator, entry) -%}
    select
        freq,
        period,
        month_from,
        month_to,
        months
    from {{ ref('dim_period') }}
    where freq in ({{ literals(listed(entry.freqs)) }}) and {{ 'ends_observed' if entry.accounting == 'stock' else 'is_whole' }}
{%- endmacro %}

{#- Which parts make a period: a stock is that of its last month, a flow and an average take all its months. -#}
{% macro in_period(accounting, time) -%}
    {%- if time == 'period' -%}
        part.freq = published_period.freq and part.period = published_period.period
    {%- elif accounting == 'stock' -%}
        part.month = published_period.month_to
    {%- else -%}
        part.month between published_period.month_from and published_period.month_to
    {%- endif -%}
{%- endmacro %}
