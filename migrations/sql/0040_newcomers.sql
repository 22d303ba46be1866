-- Accounts made within a week, by where they come from. When an account was made stands beside each of its networks, so
-- that one index answers, however many people a network has.
ALTER TABLE identity_networks ADD COLUMN registered_at timestamptz;
UPDATE identity_networks n SET registered_at = p.registered_at FROM identity_people p WHERE p.id = n.person_id;
-- The default is for processes of before, which write on while new ones are put in their place: long ago, so not counted.
ALTER TABLE identity_networks ALTER COLUMN registered_at SET NOT NULL, ALTER COLUMN registered_at SET DEFAULT '2000-01-01+00';
CREATE INDEX ix_identity_networks_newcomers ON identity_networks (network_index, registered_at);
CREATE INDEX ix_identity_devices_newcomers ON identity_devices (install_index, first_seen_at); -- and who else uses this device
DROP INDEX ix_identity_devices_install_index;

-- How many accounts are so new on a device, and on the network that somebody signed in from last; of the newest p_most.
-- Functions, for they are asked of new accounts alone: the statement on the path of a payment is neither longer nor
-- planned longer for them. NULL: none, or nobody knows. They run as whoever calls them.
CREATE FUNCTION identity_device_newcomers(p_index bytea, p_since timestamptz, p_most integer) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT nullif(count(*), 0)
      FROM (SELECT o.person_id FROM public.identity_devices o
             WHERE o.install_index = p_index AND o.first_seen_at > p_since
             ORDER BY o.first_seen_at DESC LIMIT p_most) few
      JOIN public.identity_people p ON p.id = few.person_id AND p.registered_at > p_since
$$;
CREATE FUNCTION identity_network_newcomers(p_person uuid, p_since timestamptz, p_most integer) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT nullif(count(*), 0)
      FROM (SELECT 1 FROM public.identity_networks o
             WHERE o.network_index = (SELECT n.network_index FROM public.identity_networks n
                                       WHERE n.person_id = p_person ORDER BY n.last_seen_at DESC LIMIT 1)
               AND o.registered_at > p_since LIMIT p_most) few
$$;
REVOKE EXECUTE ON FUNCTION identity_device_newcomers, identity_network_newcomers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_device_newcomers, identity_network_newcomers TO linli_app;
