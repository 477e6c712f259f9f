{{ observations('PENS_COV', [
    counted(
        ref('int_retirees_counted'), 'receiving_persons', "case when breakdown = '_T' then persons end",
        where="category <> 'NONE'"
    ),
], frame='cube') }}
