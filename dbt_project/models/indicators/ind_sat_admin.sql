{{ observations('SAT_ADMIN', [
    counted(ref('int_survey_counted'), 'satisfied', 'responses', where="survey_code = 'SAT_ADMIN'"),
], margins=[]) }}
