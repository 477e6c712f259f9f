{{ observations('SAT_INDEX', [
    counted(ref('int_survey_counted'), 'score', 'responses', where="survey_code = 'SAT_INDEX'"),
], margins=['sex']) }}
