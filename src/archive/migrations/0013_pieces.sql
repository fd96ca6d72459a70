-- Long passages are indexed in pieces from now on: what was indexed of a page with a long text is
-- taken out, and indexed again when the page is next searched. The rows of the long passages stay,
-- without a stay, until the index is next swept.
CREATE TEMP TABLE long_page AS
    SELECT v.page FROM version v JOIN text t ON t.id = v.text WHERE 262144 < t.raw_bytes
    UNION
    SELECT v.page FROM read_again a
        JOIN version v ON v.id = a.version JOIN text t ON t.id = a.text WHERE 262144 < t.raw_bytes;
DELETE FROM stay WHERE page IN (SELECT page FROM long_page);
DELETE FROM searched WHERE page IN (SELECT page FROM long_page);
DROP TABLE long_page;
