"""simpy: processes that are generators, resumed by a queue of events."""

from tests.third_party.compare import agrees, library

simpy = library("simpy")


def test_process():
    def f(drive, park):
        env = simpy.Environment()
        log = []

        def car():
            for _ in range(3):
                yield env.timeout(drive)
                log.append(env.now)
                yield env.timeout(park)

        env.process(car())
        env.run(until=20)
        return sum(t * t for t in log)

    agrees(f, 1.3, 0.9)
