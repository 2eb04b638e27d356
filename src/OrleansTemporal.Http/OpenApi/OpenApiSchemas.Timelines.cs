namespace OrleansTemporal.OpenApi;

/// <content>Bodies of timelines and their observers.</content>
internal static partial class OpenApiSchemas
{
    private const string TimelineDelta =
        "id:string sequence:integer systemTime:instant root:hash branch:string change:timelineChange parents:integer[] dimensionsChanged:integer l2Norm:number "
        + "maxComponent:number density:number restored?:integer composed?:integer resolution?:string metadata:Texts indices?:integer[] values?:number[]";

    private const string ObserverPolicy =
        "branch?:string minInterval?:string magnitudeThreshold?:number bufferLimit?:integer heartbeats?:boolean detector?:observerDetector adaptiveFactor?:number significance?:number|null ";

    private static (string Name, string Notation)[] Timelines =>
    [
        ("TimelinePolicy", "minComponentDiff?:number magnitudeThreshold?:number checkpointEvery?:integer checkpointMagnitude?:number|null conflict?:conflictRule gap?:gapRule maxMagnitude?:number|null lockedDimensions?:integer[]"),
        ("TimelineDefinition", "dimensions:integer policy?:TimelinePolicy metadata?:Texts"),
        ("TimelineDefined", Receipt + "dimensions:integer policy:TimelinePolicy metadata?:Texts"),
        ("TimelineName", "name:string"),
        ("TimelineNames", "value:TimelineName[] nextLink:string|null"),
        ("TimelineBranch", "name:string from?:string forkSequence?:integer systemTime?:instant headSequence:integer deltas:integer"),
        ("TimelineBranches", "value:TimelineBranch[] nextLink:string|null"),
        ("Timeline", "name:string dimensions:integer policy:TimelinePolicy metadata?:Texts policySequence:integer deltas:integer letGo:integer buffered:integer branches:TimelineBranch[]"),
        ("TimelineCapture", "state:number[] metadata?:Texts id?:string"),
        ("TimelineChange", "indices?:integer[] values?:number[] mode?:changeMode id?:string parent?:string|integer metadata?:Texts deltas?:TimelineChange[]"),
        ("TimelineDelta", TimelineDelta),
        ("TimelineWritten", "agent?:string sequence?:integer systemTime?:instant root?:hash durability?:durability outcome:timelineOutcome delta?:TimelineDelta recorded?:integer known?:integer firstSequence?:integer"),
        ("DeltaWindow", "window:integer branch:string status:windowStatus firstId:string lastId:string firstSequence:integer lastSequence:integer start:instant end:instant count:integer dimensionsTouched:integer totalMagnitude:number l2Norm:number totalBytes:integer composedBytes:integer compressionRatio:number indices:integer[] values:number[]"),
        ("TimelineDeltasOrWindows", "value:TimelineDelta[]|DeltaWindow[] nextLink:string|null"),
        ("TimelineRollback", "count?:integer toSequence?:integer to?:instant"),
        ("TimelineRolledBack", "agent?:string sequence?:integer systemTime?:instant root?:hash durability?:durability undone:integer written:boolean delta?:TimelineDelta"),
        ("TimelineState", "dimensions:integer sequence:integer root:hash resolution?:string asOf:AsOf state:number[]"),
        ("TimelineDiff", "fromSequence:integer toSequence:integer l2Norm:number indices:integer[] values:number[]"),
        ("TimelineValue", "sequence:integer systemTime:instant value:number"),
        ("TimelineEvolution", "value:TimelineValue[] nextLink:string|null"),
        ("CoOccurringPair", "left:integer right:integer together:integer leftChanges:integer rightChanges:integer coOccurrence:number lift:number correlation:number"),
        ("CoOccurrence", "steps:integer components:integer pairCount:integer value:CoOccurringPair[] groups:integer[][]"),
        ("TimelineBranching", "name:string from?:string asOf?:string|integer label?:string"),
        ("TimelineMerging", "into?:string conflict?:conflictRule dryRun?:boolean"),
        ("TimelineConflict", "index:integer base:number ours:number theirs:number merged:number"),
        ("TimelineMerged", "agent?:string sequence?:integer systemTime?:instant root?:hash base:integer[] merged:boolean conflictCount:integer conflicts:TimelineConflict[] delta?:TimelineDelta"),
        ("TimelineMark", "sequence:integer label:string note?:string systemTime?:instant"),
        ("TimelineMarks", "value:TimelineMark[] nextLink:string|null"),
        ("ObserverPolicy", ObserverPolicy),
        ("ObserverDefined", Receipt + "name:string " + ObserverPolicy),
        ("ObserverMetrics", "deltasCaptured:integer deltasFiltered:integer heartbeats:integer statesCoalesced:integer bytesProcessed:integer avgMagnitude:number lastError:string|null"),
        ("ObserverCaptured", "sequence:integer systemTime:instant"),
        ("TimelineObserver", "name:string " + ObserverPolicy + "state:observerState reason:string policySequence:integer pending:integer lastCapture?:ObserverCaptured metrics:ObserverMetrics"),
        ("TimelineObservers", "value:TimelineObserver[] nextLink:string|null"),
        ("ObserverCapture", "state:number[] metadata?:Texts"),
        ("Observed", "agent?:string sequence?:integer systemTime?:instant root?:hash durability?:durability outcome:observerOutcome pending:integer delta?:TimelineDelta"),
        ("ObserverPausing", "reason?:string"),
        ("ObserverTold", "agent?:string sequence?:integer systemTime?:instant root?:hash durability?:durability outcome:observerOutcome pending:integer state:observerState delta?:TimelineDelta"),
        ("TimelineVerified", "verified:boolean deltas:integer states:integer root:hash fault?:string"),
    ];
}
