{{ observations('MATNL_COV', [
    counted(ref('int_mothers_counted'), 'receiving_mothers', 'mothers'),
], margins=['age']) }}
