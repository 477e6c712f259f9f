{%- set account = ref('int_fund_accounts') -%}
{{ observations('FUND_BAL', [
    counted(account, 'revenue', 'expenditure'),
    counted(account, 'revenue', category=('measure', 'REVENUE')),
    counted(account, 'expenditure', category=('measure', 'EXPENDITURE')),
], margins=[]) }}
