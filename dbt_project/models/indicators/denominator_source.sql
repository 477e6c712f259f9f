select distinct
    'labour_force' as dataset,
    source
from {{ ref('stg_reference__labour_force') }}
union all
select distinct
    'population' as dataset,
    source
from {{ ref('stg_reference__population') }}
