namespace OrleansTemporal.Errors;

/// <summary>The stable codes of problem details. A code is never reworded or reused within v1.</summary>
public static class ErrorCodes
{
    /// <summary>404: no such workspace.</summary>
    public const string WorkspaceNotFound = "workspace_not_found";

    /// <summary>404: the key was never written, or was deleted then.</summary>
    public const string KeyNotFound = "key_not_found";

    /// <summary>404: the key exists, but did not yet at that moment.</summary>
    public const string NoValueAt = "no_value_at";

    /// <summary>404: no write of the workspace has this id, or none had at that moment.</summary>
    public const string WriteNotFound = "write_not_found";

    /// <summary>404: no such route of the API.</summary>
    public const string RouteNotFound = "route_not_found";

    /// <summary>422: fewer points than the question needs.</summary>
    public const string NotEnoughPoints = "not_enough_points";

    /// <summary>503: the host's forecast model failed, or answered with what is no forecast.</summary>
    public const string ForecastFailed = "forecast_failed";

    /// <summary>404: there is no such pattern.</summary>
    public const string PatternNotFound = "pattern_not_found";

    /// <summary>There is no such ledger.</summary>
    public const string LedgerNotFound = "ledger_not_found";

    /// <summary>A ledger has no such signal type.</summary>
    public const string SignalNotFound = "signal_not_found";

    /// <summary>A ledger has no such rank profile.</summary>
    public const string ProfileNotFound = "profile_not_found";

    /// <summary>A schema would change what recorded events mean; it may only add.</summary>
    public const string SchemaConflict = "schema_conflict";

    /// <summary>An event lies further ahead than it may wait.</summary>
    public const string EventInFuture = "event_in_future";

    /// <summary>Too many events wait for their time.</summary>
    public const string TooManyAhead = "too_many_ahead";

    /// <summary>404: there is no such collection.</summary>
    public const string CollectionNotFound = "collection_not_found";

    /// <summary>409: there is a collection of that name, with other settings.</summary>
    public const string CollectionExists = "collection_exists";

    /// <summary>422: a vector of another length, from another model, with a value that is not finite, or without a direction where one is needed.</summary>
    public const string InvalidVector = "invalid_vector";

    /// <summary>413: the collection has as many vectors as it may.</summary>
    public const string CollectionFull = "collection_full";

    /// <summary>409: the workspace can not be removed.</summary>
    public const string WorkspaceProtected = "workspace_protected";

    /// <summary>409: the workspace is there; a restore writes over nothing.</summary>
    public const string WorkspaceExists = "workspace_exists";

    /// <summary>404: the workspace has no channel of that name.</summary>
    public const string ChannelNotFound = "channel_not_found";

    /// <summary>404: the workspace has no subscription with that id.</summary>
    public const string SubscriptionNotFound = "subscription_not_found";

    /// <summary>429: too much of the subscription waits for its acknowledgement.</summary>
    public const string SubscriptionBackpressured = "subscription_backpressured";

    /// <summary>409: the workspace has as many subscriptions as one can.</summary>
    public const string SubscriptionsFull = "subscriptions_full";

    /// <summary>422: the cursor names a place that the subscription has not come to.</summary>
    public const string InvalidCursor = "invalid_cursor";

    /// <summary>A webhook did not take a delta.</summary>
    public const string WebhookFailed = "webhook_failed";

    /// <summary>422: a webhook's address is not allowed here.</summary>
    public const string WebhookRefused = "webhook_refused";

    /// <summary>409: the channel carries as many agents as one can.</summary>
    public const string ChannelFull = "channel_full";

    /// <summary>404: the store has no backup of the workspace.</summary>
    public const string BackupNotFound = "backup_not_found";

    /// <summary>409: somebody else writes to the same backup.</summary>
    public const string BackupInUse = "backup_in_use";

    /// <summary>503: namespaces came or moved all the time, so that no copy of all agents fitted together.</summary>
    public const string BackupUnsettled = "backup_unsettled";

    /// <summary>412: the entity tag of the request is not the one that stands.</summary>
    public const string PreconditionFailed = "precondition_failed";

    /// <summary>400: JSON that does not parse, or that RFC 8785 refuses.</summary>
    public const string MalformedJson = "malformed_json";

    /// <summary>400: a line of line protocol that does not parse; the answer names the first one.</summary>
    public const string MalformedLine = "malformed_line";

    /// <summary>400: a path with empty, dotted or wrongly encoded segments.</summary>
    public const string MalformedPath = "malformed_path";

    /// <summary>400: a query parameter or header that does not parse.</summary>
    public const string MalformedParameter = "malformed_parameter";

    /// <summary>422: a name outside of what names may be.</summary>
    public const string InvalidName = "invalid_name";

    /// <summary>422: a key outside of what keys may be.</summary>
    public const string InvalidKey = "invalid_key";

    /// <summary>422: a field of the body with a value that can not be.</summary>
    public const string InvalidField = "invalid_field";

    /// <summary>422: an instant later than now plus the greatest clock offset.</summary>
    public const string AsOfInFuture = "as_of_in_future";

    /// <summary>422: a sequence number where more than one agent answers.</summary>
    public const string SequenceNeedsOneAgent = "sequence_needs_one_agent";

    /// <summary>422: the idempotency key was used with another body.</summary>
    public const string IdempotencyKeyReused = "idempotency_key_reused";

    /// <summary>422: a write names a cause that no write of the workspace has as its id.</summary>
    public const string CauseNotFound = "cause_not_found";

    /// <summary>422: two agents of the workspace share the digest that a write id begins with.</summary>
    public const string WriteIdAmbiguous = "write_id_ambiguous";

    /// <summary>422: the answer to a question about lineage would need more nodes than one question may hold.</summary>
    public const string LineageTooLarge = "lineage_too_large";

    /// <summary>422: an atomic batch whose keys live in several partitions.</summary>
    public const string KeysSpanPartitions = "keys_span_partitions";

    /// <summary>413: a value above its limit.</summary>
    public const string ValueTooLarge = "value_too_large";

    /// <summary>413: a body above its limit.</summary>
    public const string BodyTooLarge = "body_too_large";

    /// <summary>413: a batch above its limit.</summary>
    public const string BatchTooLarge = "batch_too_large";

    /// <summary>400: a query in PromQL that does not parse, or that asks for what is not part of the subset.</summary>
    public const string MalformedQuery = "malformed_query";

    /// <summary>422: a query in PromQL that has no answer, as when two series are left with the same labels.</summary>
    public const string QueryFailed = "query_failed";

    /// <summary>413: a query whose filter, rows, groups or different values are above a limit.</summary>
    public const string QueryTooLarge = "query_too_large";

    /// <summary>413: more series or deletions than a partition of a stream keeps.</summary>
    public const string TooManySeries = "too_many_series";

    /// <summary>404: nothing was ever written to the stream.</summary>
    public const string StreamNotFound = "stream_not_found";

    /// <summary>413: a header above its limit.</summary>
    public const string HeaderTooLarge = "header_too_large";

    /// <summary>429: the journal is full until older deltas are sealed.</summary>
    public const string JournalFull = "journal_full";

    /// <summary>429: more memory is asked for than the quota allows.</summary>
    public const string QuotaExceeded = "quota_exceeded";

    /// <summary>503: too many requests or connections at once.</summary>
    public const string TooBusy = "too_busy";

    /// <summary>503: the process is starting, stopping or read-only.</summary>
    public const string NotReady = "not_ready";

    /// <summary>503: the slots of the key are another partition's; within the service, a sign to read the slot map again.</summary>
    public const string SlotsMoved = "slots_moved";

    /// <summary>503: the storage failed during the write; the outcome is unknown.</summary>
    public const string StorageFailed = "storage_failed";

    /// <summary>503: the request ran out of time.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>500: stored bytes do not verify.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>500: a delta's bytes do not parse.</summary>
    public const string DeltaMalformed = "delta_malformed";

    /// <summary>500: a payload's bytes do not parse.</summary>
    public const string PayloadMalformed = "payload_malformed";

    /// <summary>409: another owner has taken over.</summary>
    public const string Fenced = "fenced";

    /// <summary>409: the data folder is in use by another process.</summary>
    public const string FolderLocked = "folder_locked";

    /// <summary>409: the data folder was written by a newer release.</summary>
    public const string FormatTooNew = "format_too_new";

    /// <summary>403: the authorizer said no.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>410: behind the retention floor.</summary>
    public const string HistoryExpired = "history_expired";

    /// <summary>422: points, or the bounds of a deletion, lie before the time from which policy keeps points as they are.</summary>
    public const string PointsExpired = "points_expired";

    /// <summary>410: there was a value, and it was erased.</summary>
    public const string ValueErased = "value_erased";

    /// <summary>429: so many erasures wait for their bytes to be removed that no more are taken.</summary>
    public const string ErasuresPending = "erasures_pending";

    /// <summary>202: the data is in an offline tier and has to be brought back before it can be read.</summary>
    public const string Archived = "archived";

    /// <summary>503: the key store does not have the data key that a value is encrypted under. The value is not lost: put the key's file back and start again.</summary>
    public const string DataKeyMissing = "data_key_missing";

    /// <summary>503: a data key encrypts no more; within the service, a sign to take the newest of its scope.</summary>
    public const string DataKeySpent = "data_key_spent";

    /// <summary>422: no more data keys can be made.</summary>
    public const string DataKeysFull = "data_keys_full";

    /// <summary>At open: data keys were wrapped under another master key than the one that is configured.</summary>
    public const string MasterKeyWrong = "master_key_wrong";

    /// <summary>At open: there are data keys, and no master key.</summary>
    public const string MasterKeyMissing = "master_key_missing";

    /// <summary>500: an invariant did not hold.</summary>
    public const string InvariantBroken = "invariant_broken";

    /// <summary>There is no such timeline.</summary>
    public const string TimelineNotFound = "timeline_not_found";

    /// <summary>A timeline has no such branch.</summary>
    public const string BranchNotFound = "branch_not_found";

    /// <summary>A timeline has such a branch already.</summary>
    public const string BranchExists = "branch_exists";

    /// <summary>The branch <c>main</c> can not be removed.</summary>
    public const string BranchProtected = "branch_protected";

    /// <summary>A batch of deltas as bytes does not parse, or its checksums do not hold.</summary>
    public const string MalformedDeltas = "malformed_deltas";

    /// <summary>A window of deltas takes none any more.</summary>
    public const string WindowClosed = "window_closed";

    /// <summary>A timeline has no such observer.</summary>
    public const string ObserverNotFound = "observer_not_found";

    /// <summary>An observer is paused or was removed, and accepts no states.</summary>
    public const string ObserverNotActive = "observer_not_active";

    /// <summary>A timeline has no such step.</summary>
    public const string StepNotFound = "step_not_found";

    /// <summary>No step of a line has such a mark.</summary>
    public const string MarkNotFound = "mark_not_found";

    /// <summary>A state has another number of components than its timeline.</summary>
    public const string DimensionMismatch = "dimension_mismatch";

    /// <summary>The number of components of a timeline can not be changed.</summary>
    public const string DimensionsFixed = "dimensions_fixed";

    /// <summary>A component can not be changed, by policy.</summary>
    public const string ComponentLocked = "component_locked";

    /// <summary>A change is larger than the policy allows.</summary>
    public const string MagnitudeExceeded = "magnitude_exceeded";

    /// <summary>A delta follows one that is not known.</summary>
    public const string ParentUnknown = "parent_unknown";

    /// <summary>Components were changed on both sides, and the policy rejects that.</summary>
    public const string MergeConflict = "merge_conflict";

    /// <summary>There are fewer steps than are to be undone.</summary>
    public const string NothingToRollBack = "nothing_to_roll_back";

    /// <summary>A glob over sources is none.</summary>
    public const string InvalidPattern = "invalid_pattern";

    /// <summary>A filter of a subscription can not hold.</summary>
    public const string InvalidFilter = "invalid_filter";

    /// <summary>404: there is no such route of deltas.</summary>
    public const string DeltaRouteNotFound = "delta_route_not_found";

    /// <summary>A workspace has as many routes as it may.</summary>
    public const string TooManyRoutes = "too_many_routes";

    /// <summary>The conditions of a route contradict each other.</summary>
    public const string PolicyConflict = "policy_conflict";

    /// <summary>404: there is no such view.</summary>
    public const string ViewNotFound = "view_not_found";

    /// <summary>422: the view would be over itself.</summary>
    public const string ViewCycle = "view_cycle";

    /// <summary>409: another view is over this one.</summary>
    public const string ViewInUse = "view_in_use";

    /// <summary>413: the view holds more than is kept in memory.</summary>
    public const string ViewTooLarge = "view_too_large";

    /// <summary>422: there are no views over a source of this kind.</summary>
    public const string ViewSourceUnsupported = "view_source_unsupported";
}
