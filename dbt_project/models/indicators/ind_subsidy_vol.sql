{%- set amounts = ref('int_subsidised_counted') -%}
{{ observations('SUBSIDY_VOL', [
    counted(amounts, 'persons', money=('null', 'null')),
    counted(amounts, 'amount', category=('measure', 'VND'), money=('persons', 'largest_1')),
    counted(amounts, '0', category=('measure', 'VND'), money=('0', 'largest_2')),
], margins=[], money=true) }}
