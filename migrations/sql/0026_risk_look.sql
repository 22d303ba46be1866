-- All that a decision asks of the database, in one call: the locks by which facts about one resident, device or
-- coordinator are counted one after another; then, with a snapshot taken after them, what was decided on this fact before,
-- or the rules, snoozes, lists and findings for who is in it, and the exact windows. Each window counts the newest 1000
-- facts at most, so the time of a decision does not follow the length of a history. It runs as whoever calls it.
CREATE FUNCTION risk_look(p_book integer, p_kind text, p_subject uuid, p_locks bigint[], p_resident uuid, p_person uuid,
    p_device uuid, p_household uuid, p_shop uuid, p_coordinator uuid, p_ids uuid[], p_now timestamptz)
RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    h constant timestamptz := p_now - interval '1 hour';
    d constant timestamptz := p_now - interval '1 day';
    m constant timestamptz := p_now - interval '30 days';
    -- Who waited for a lock meets facts that began after him and were committed before: they count.
    soon constant timestamptz := p_now + interval '5 minutes';
    key bigint;
    found jsonb;
    told jsonb;
BEGIN
    FOREACH key IN ARRAY p_locks LOOP
        PERFORM pg_advisory_xact_lock(key);
    END LOOP;
    SELECT jsonb_build_object('decision', jsonb_build_array(x.id, x.outcome, x.score, x.reasons, x.version)) INTO found
      FROM public.risk_decisions x WHERE x.book_id = p_book AND x.kind = p_kind AND x.subject_id = p_subject;
    IF found IS NOT NULL THEN
        RETURN found;
    END IF;
    told := jsonb_build_object(
        'sets', (SELECT jsonb_agg(jsonb_build_array(x.version, x.state, x.id)) FROM (
                    (SELECT s.version, s.state, s.id FROM public.risk_rule_sets s WHERE s.book_id = p_book AND s.state = 'active')
                    UNION ALL
                    (SELECT s.version, s.state, s.id FROM public.risk_rule_sets s
                      WHERE s.book_id = p_book AND s.state = 'shadow' AND s.shadow_until > p_now ORDER BY s.version LIMIT 2)) x),
        'snoozes', (SELECT jsonb_agg(jsonb_build_array(x.rule, x.pivot)) FROM (
                    SELECT s.rule, s.pivot FROM public.risk_snoozes s
                     WHERE s.book_id = p_book AND s.pivot_id = ANY (p_ids) AND s.ended_at IS NULL AND s.expires_at > p_now
                     LIMIT 200) x),
        'lists', (SELECT jsonb_agg(jsonb_build_array(x.list_code, x.value)) FROM (
                    SELECT i.list_code, i.value FROM public.risk_list_items i
                     WHERE i.book_id = p_book AND i.value = ANY (p_ids::text[]) AND i.removed_at IS NULL
                       AND (i.expires_at IS NULL OR i.expires_at > p_now) LIMIT 200) x),
        'findings', (SELECT jsonb_agg(jsonb_build_array(x.kind, x.about, x.value)) FROM (
                    SELECT f.kind, f.about, f.value FROM public.risk_findings f
                     WHERE f.book_id = p_book AND f.about_id = ANY (p_ids) AND f.last_at > p_now - interval '3 days' LIMIT 50) x));
    IF p_resident IS NOT NULL THEN
        SELECT jsonb_build_object('resident', jsonb_build_array(
                   count(*) FILTER (WHERE x.decided_at > h), coalesce(sum(x.points) FILTER (WHERE x.decided_at > h), 0),
                   count(*) FILTER (WHERE x.decided_at > d), coalesce(sum(x.points) FILTER (WHERE x.decided_at > d), 0),
                   count(*), coalesce(sum(x.points), 0), coalesce(sum(x.asked - x.points), 0)),
               'pair', jsonb_build_array(
                   count(*) FILTER (WHERE x.paired AND x.decided_at > h), coalesce(sum(x.points) FILTER (WHERE x.paired AND x.decided_at > h), 0),
                   count(*) FILTER (WHERE x.paired AND x.decided_at > d), coalesce(sum(x.points) FILTER (WHERE x.paired AND x.decided_at > d), 0),
                   count(*) FILTER (WHERE x.paired), coalesce(sum(x.points) FILTER (WHERE x.paired), 0)))
          INTO found
          FROM (SELECT f.decided_at, f.points, f.asked,
                       CASE WHEN p_kind = 'award' THEN f.coordinator_id = p_coordinator ELSE f.shop_id = p_shop END AS paired
                  FROM public.risk_facts f
                 WHERE f.book_id = p_book AND f.kind = p_kind AND f.resident_id = p_resident AND f.decided_at > m AND f.decided_at <= soon
                 ORDER BY f.decided_at DESC LIMIT 1000) x;
        told := told || found;
    END IF;
    IF p_resident IS NOT NULL AND p_kind IN ('redeem', 'refund') THEN
        SELECT jsonb_build_object('earned', max(x.decided_at)) INTO found
          FROM (SELECT f.decided_at FROM public.risk_facts f
                 WHERE f.book_id = p_book AND f.kind = 'award' AND f.resident_id = p_resident AND f.decided_at > m AND f.decided_at <= soon
                 ORDER BY f.decided_at DESC LIMIT 1) x;
        told := told || found;
    END IF;
    IF p_device IS NOT NULL THEN
        SELECT jsonb_build_object('device', jsonb_build_array(
                   count(*) FILTER (WHERE x.kind = p_kind AND x.decided_at > h), coalesce(sum(x.points) FILTER (WHERE x.kind = p_kind AND x.decided_at > h), 0),
                   count(*) FILTER (WHERE x.kind = p_kind AND x.decided_at > d), coalesce(sum(x.points) FILTER (WHERE x.kind = p_kind AND x.decided_at > d), 0),
                   count(*) FILTER (WHERE x.kind = p_kind), coalesce(sum(x.points) FILTER (WHERE x.kind = p_kind), 0),
                   count(DISTINCT x.resident_id) FILTER (WHERE x.resident_id <> p_resident OR p_resident IS NULL),
                   count(DISTINCT x.person_id) FILTER (WHERE x.person_id <> p_person OR p_person IS NULL)))
          INTO found
          FROM (SELECT f.decided_at, f.kind, f.points, f.resident_id, f.person_id FROM public.risk_facts f
                 WHERE f.book_id = p_book AND f.device_id = p_device AND f.decided_at > m AND f.decided_at <= soon
                 ORDER BY f.decided_at DESC LIMIT 1000) x;
        told := told || found;
    END IF;
    IF p_coordinator IS NOT NULL AND p_kind IN ('award', 'check_in') THEN
        SELECT jsonb_build_object('coordinator', jsonb_build_array(
                   count(*) FILTER (WHERE x.decided_at > h), coalesce(sum(x.points) FILTER (WHERE x.decided_at > h), 0),
                   count(*) FILTER (WHERE x.decided_at > d), coalesce(sum(x.points) FILTER (WHERE x.decided_at > d), 0),
                   count(*), coalesce(sum(x.points), 0)))
          INTO found
          FROM (SELECT f.decided_at, f.points FROM public.risk_facts f
                 WHERE f.book_id = p_book AND f.kind = p_kind AND f.coordinator_id = p_coordinator AND f.decided_at > m AND f.decided_at <= soon
                 ORDER BY f.decided_at DESC LIMIT 1000) x;
        told := told || found;
    END IF;
    IF p_household IS NOT NULL THEN
        SELECT jsonb_build_object('household', jsonb_build_array(
                   count(*) FILTER (WHERE x.decided_at > h), coalesce(sum(x.points) FILTER (WHERE x.decided_at > h), 0),
                   count(*) FILTER (WHERE x.decided_at > d), coalesce(sum(x.points) FILTER (WHERE x.decided_at > d), 0),
                   count(*), coalesce(sum(x.points), 0)))
          INTO found
          FROM (SELECT f.decided_at, f.points FROM public.risk_facts f
                 WHERE f.book_id = p_book AND f.kind = p_kind AND f.household_id = p_household AND f.decided_at > m AND f.decided_at <= soon
                 ORDER BY f.decided_at DESC LIMIT 1000) x;
        told := told || found;
    END IF;
    IF p_person IS NOT NULL AND p_kind = 'login' THEN
        SELECT jsonb_build_object('person', jsonb_build_array(
                   count(*) FILTER (WHERE x.decided_at > h), coalesce(sum(x.points) FILTER (WHERE x.decided_at > h), 0),
                   count(*) FILTER (WHERE x.decided_at > d), coalesce(sum(x.points) FILTER (WHERE x.decided_at > d), 0),
                   count(*), coalesce(sum(x.points), 0)))
          INTO found
          FROM (SELECT f.decided_at, f.points FROM public.risk_facts f
                 WHERE f.book_id = p_book AND f.kind = 'login' AND f.person_id = p_person AND f.decided_at > m AND f.decided_at <= soon
                 ORDER BY f.decided_at DESC LIMIT 1000) x;
        told := told || found;
    END IF;
    RETURN told;
END $$;
REVOKE EXECUTE ON FUNCTION risk_look FROM PUBLIC;
GRANT EXECUTE ON FUNCTION risk_look TO linli_app;
