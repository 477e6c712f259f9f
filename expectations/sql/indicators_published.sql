-- One row per share that was published elsewhere: how far ours of the same period lies from it.
select
    concat(indicator, ' ', period, ' against ', published) as figure,
    abs(difference)::double precision as points_apart
from indicators.reconciliation
where published_unit = 'PT'
