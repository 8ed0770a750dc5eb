import { expect, it } from "vitest";
import { landed, moved, movesOf, runs } from "./moves";

it("takes neighbours together", () => {
  expect(runs([1, 2, 5, 7, 8])).toEqual([
    { start: 1, length: 2 },
    { start: 5, length: 1 },
    { start: 7, length: 2 },
  ]);
});

it("brings any choice to any place, in its order", () => {
  const list = [..."abcdefg"];
  for (let choice = 1; choice < 1 << list.length; choice += 1) {
    const places = list.flatMap((_, place) => (choice & (1 << place) ? place : []));
    for (let before = 0; before <= list.length; before += 1) {
      const stay = (place: number) => !places.includes(place);
      const wanted = [
        ...list.filter((_, place) => place < before && stay(place)),
        ...places.map((place) => list[place]),
        ...list.filter((_, place) => place >= before && stay(place)),
      ];
      expect(movesOf(places, before).reduce<string[]>(moved, list)).toEqual(wanted);
      expect(wanted[landed(places, before)]).toBe(list[places[0] as number]);
    }
  }
});

it("does nothing where nothing moves", () => {
  expect(movesOf([2, 3], 2)).toEqual([]);
  expect(movesOf([2, 3], 4)).toEqual([]);
});
