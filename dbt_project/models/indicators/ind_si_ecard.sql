{{ observations('SI_ECARD', [
    counted(ref('int_members_counted'), 'document_persons', 'members'),
    counted(ref('int_members_counted'), 'e_book_persons', 'si_persons', category=('document', 'E_BOOK')),
    counted(ref('int_members_counted'), 'e_card_persons', 'insured_persons', category=('document', 'E_CARD')),
], margins=[]) }}
